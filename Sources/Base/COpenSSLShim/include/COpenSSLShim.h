#pragma once
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

/// The OpenSSL calls that are macros in C, which Swift cannot see.
X509 *guandu_sk_X509_value(const STACK_OF(X509) *stack, int index);
int guandu_sk_X509_num(const STACK_OF(X509) *stack);
STACK_OF(X509) *guandu_sk_X509_new_null(void);
int guandu_sk_X509_push(STACK_OF(X509) *stack, X509 *certificate);
void guandu_sk_X509_pop_free(STACK_OF(X509) *stack);
long guandu_BIO_get_mem_data(BIO *bio, char **bytes);
/// A fresh key on the named curve, such as "P-256"; NULL on failure.
EVP_PKEY *guandu_EC_generate(const char *group);
/// A fresh key of a kind that needs no parameters, "ED25519" or "X25519"; NULL on failure.
EVP_PKEY *guandu_key_generate(const char *kind);
/// The private key that `uri` (RFC 7512) names in the token behind the PKCS#11 module at `module_path`; NULL on failure, with
/// the step that failed in `failed_step`, and in `pin_refused` whether the token refused the PIN. The key stays there.
EVP_PKEY *guandu_token_key(
    const char *module_path, const char *uri, const char *pin, const char **failed_step, int *pin_refused);
/// The certificate of a time stamp's one signer, which the caller frees; NULL where it has none, or several, or it does not lie
/// in the stamp. The number of its digest is put into `digest`.
X509 *guandu_ts_signer(PKCS7 *token, int *digest);
/// Puts the certificates that lie in a time stamp into `certificates`, as references of their own; 0 on failure.
int guandu_ts_certificates(PKCS7 *token, STACK_OF(X509) *certificates);
/// Gives each stamp that `context` makes the serial number `serial`, of at most 20 bytes, which lives as long as the context.
void guandu_ts_set_serial(TS_RESP_CTX *context, BIGNUM *serial);
