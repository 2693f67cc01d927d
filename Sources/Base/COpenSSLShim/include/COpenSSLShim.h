#pragma once
#include <openssl/pem.h>
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
/// the step that failed in `failed_step`, and in `pin_sent` whether the PIN may be what was wrong. The key stays in the token.
EVP_PKEY *guandu_token_key(
    const char *module_path, const char *uri, const char *pin, const char **failed_step, int *pin_sent);
