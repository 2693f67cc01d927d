// Debian 12 has a PKCS#11 engine and no provider.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "COpenSSLShim.h"
#include <openssl/engine.h>

X509 *guandu_sk_X509_value(const STACK_OF(X509) *stack, int index) { return sk_X509_value(stack, index); }
int guandu_sk_X509_num(const STACK_OF(X509) *stack) { return sk_X509_num(stack); }
STACK_OF(X509) *guandu_sk_X509_new_null(void) { return sk_X509_new_null(); }
int guandu_sk_X509_push(STACK_OF(X509) *stack, X509 *certificate) { return sk_X509_push(stack, certificate); }
void guandu_sk_X509_pop_free(STACK_OF(X509) *stack) { sk_X509_pop_free(stack, X509_free); }
long guandu_BIO_get_mem_data(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }
EVP_PKEY *guandu_EC_generate(const char *group) { return EVP_EC_gen(group); }
EVP_PKEY *guandu_key_generate(const char *kind) { return EVP_PKEY_Q_keygen(NULL, NULL, kind); }

EVP_PKEY *guandu_token_key(
    const char *module_path, const char *uri, const char *pin, const char **failed_step, int *pin_sent) {
  *pin_sent = 0;
  *failed_step = "the PKCS#11 engine of OpenSSL cannot be loaded (package libengine-pkcs11-openssl)";
  ENGINE *engine = ENGINE_by_id("pkcs11");
  if (engine == NULL) return NULL;
  EVP_PKEY *key = NULL;
  *failed_step = "the PKCS#11 module cannot be loaded";
  if (ENGINE_ctrl_cmd_string(engine, "MODULE_PATH", module_path, 0) == 1 && ENGINE_init(engine) == 1) {
    *failed_step = "the token does not take the PIN";
    *pin_sent = 1;
    if (pin == NULL || ENGINE_ctrl_cmd_string(engine, "PIN", pin, 0) == 1) {
      *failed_step = "the token has no such key, or does not take the PIN, or none or another module is there, "
                     "or the token holds an Ed25519 key, which the engine cannot bear";
      // The key keeps the engine alive.
      key = ENGINE_load_private_key(engine, uri, NULL, NULL);
    }
    ENGINE_finish(engine);
  }
  ENGINE_free(engine);
  return key;
}
