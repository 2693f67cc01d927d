// Debian 12 has a PKCS#11 engine and no provider.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "COpenSSLShim.h"
#include <openssl/engine.h>
#include <openssl/err.h>
#include <string.h>

X509 *guandu_sk_X509_value(const STACK_OF(X509) *stack, int index) { return sk_X509_value(stack, index); }
int guandu_sk_X509_num(const STACK_OF(X509) *stack) { return sk_X509_num(stack); }
STACK_OF(X509) *guandu_sk_X509_new_null(void) { return sk_X509_new_null(); }
int guandu_sk_X509_push(STACK_OF(X509) *stack, X509 *certificate) { return sk_X509_push(stack, certificate); }
void guandu_sk_X509_pop_free(STACK_OF(X509) *stack) { sk_X509_pop_free(stack, X509_free); }
long guandu_BIO_get_mem_data(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }
EVP_PKEY *guandu_EC_generate(const char *group) { return EVP_EC_gen(group); }
EVP_PKEY *guandu_key_generate(const char *kind) { return EVP_PKEY_Q_keygen(NULL, NULL, kind); }

/// Whether the token said that the PIN is wrong or locked: CKR_PIN_INCORRECT to CKR_PIN_LOCKED (PKCS #11 v2.40, section
/// 11.1), as libp11 puts them into OpenSSL's queue. A token that is not there says nothing of the kind.
static int token_refused_pin(void) {
  int refused = 0;
  unsigned long error;
  while ((error = ERR_get_error()) != 0) {
    const char *library = ERR_lib_error_string(error);
    int reason = ERR_GET_REASON(error);
    if (library != NULL && strcmp(library, "PKCS#11 module") == 0 && reason >= 0xA0 && reason <= 0xA4) refused = 1;
  }
  return refused;
}

EVP_PKEY *guandu_token_key(
    const char *module_path, const char *uri, const char *pin, const char **failed_step, int *pin_refused) {
  *pin_refused = 0;
  ERR_clear_error();
  *failed_step = "the PKCS#11 engine of OpenSSL cannot be loaded (package libengine-pkcs11-openssl)";
  ENGINE *engine = ENGINE_by_id("pkcs11");
  if (engine == NULL) return NULL;
  EVP_PKEY *key = NULL;
  *failed_step = "the PKCS#11 module cannot be loaded";
  if (ENGINE_ctrl_cmd_string(engine, "MODULE_PATH", module_path, 0) == 1 && ENGINE_init(engine) == 1) {
    *failed_step = "the token does not take the PIN";
    if (pin == NULL || ENGINE_ctrl_cmd_string(engine, "PIN", pin, 0) == 1) {
      *failed_step = "the token has no such key, or none or another module is there, "
                     "or the token holds an Ed25519 key, which the engine cannot bear";
      // The key keeps the engine alive.
      key = ENGINE_load_private_key(engine, uri, NULL, NULL);
    }
    if (key == NULL && token_refused_pin()) {
      *pin_refused = 1;
      *failed_step = "the token does not take the PIN";
    }
    ENGINE_finish(engine);
  }
  ENGINE_free(engine);
  return key;
}

X509 *guandu_ts_signer(PKCS7 *token, int *digest) {
  if (!PKCS7_type_is_signed(token)) return NULL;
  STACK_OF(PKCS7_SIGNER_INFO) *infos = PKCS7_get_signer_info(token);
  if (sk_PKCS7_SIGNER_INFO_num(infos) != 1) return NULL;
  *digest = OBJ_obj2nid(sk_PKCS7_SIGNER_INFO_value(infos, 0)->digest_alg->algorithm);
  STACK_OF(X509) *signers = PKCS7_get0_signers(token, NULL, 0);
  X509 *signer = sk_X509_num(signers) == 1 ? sk_X509_value(signers, 0) : NULL;
  if (signer != NULL) X509_up_ref(signer);
  sk_X509_free(signers);
  return signer;
}

int guandu_ts_certificates(PKCS7 *token, STACK_OF(X509) *certificates) {
  if (!PKCS7_type_is_signed(token)) return 0;
  STACK_OF(X509) *inside = token->d.sign->cert;
  for (int i = 0; i < sk_X509_num(inside); i++) {
    X509 *certificate = sk_X509_value(inside, i);
    X509_up_ref(certificate);
    if (sk_X509_push(certificates, certificate) == 0) {
      X509_free(certificate);
      return 0;
    }
  }
  return 1;
}

static ASN1_INTEGER *serial_number(TS_RESP_CTX *context, void *serial) {
  (void)context;
  return BN_to_ASN1_INTEGER(serial, NULL);
}

void guandu_ts_set_serial(TS_RESP_CTX *context, BIGNUM *serial) {
  TS_RESP_CTX_set_serial_cb(context, serial_number, serial);
}
