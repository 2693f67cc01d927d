#include "COpenSSLShim.h"

X509 *guandu_sk_X509_value(const STACK_OF(X509) *stack, int index) { return sk_X509_value(stack, index); }
int guandu_sk_X509_num(const STACK_OF(X509) *stack) { return sk_X509_num(stack); }
STACK_OF(X509) *guandu_sk_X509_new_null(void) { return sk_X509_new_null(); }
int guandu_sk_X509_push(STACK_OF(X509) *stack, X509 *certificate) { return sk_X509_push(stack, certificate); }
void guandu_sk_X509_pop_free(STACK_OF(X509) *stack) { sk_X509_pop_free(stack, X509_free); }
long guandu_BIO_get_mem_data(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }
EVP_PKEY *guandu_EC_generate(const char *group) { return EVP_EC_gen(group); }
EVP_PKEY *guandu_key_generate(const char *kind) { return EVP_PKEY_Q_keygen(NULL, NULL, kind); }
