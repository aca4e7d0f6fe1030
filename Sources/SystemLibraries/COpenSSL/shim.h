// SPDX-License-Identifier: Apache-2.0
// OpenSSL 3.0's EVP interface as Swift sees it, and the macros that Swift cannot import.
#ifndef TROQUET_COPENSSL_SHIM_H
#define TROQUET_COPENSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

/// The selection for a public key, a macro made of macros.
static inline int copenssl_public_key_selection(void) { return EVP_PKEY_PUBLIC_KEY; }

/// The parameters of an RSA public key, to be freed with OSSL_PARAM_free; NULL without memory.
/// In C because the builder keeps the pointers to the names, and a Swift string lends its bytes for one call only.
static inline OSSL_PARAM *copenssl_rsa_parameters(const BIGNUM *modulus, const BIGNUM *exponent) {
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    OSSL_PARAM *parameters = NULL;
    if (builder != NULL && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent) == 1)
        parameters = OSSL_PARAM_BLD_to_param(builder);
    OSSL_PARAM_BLD_free(builder);
    return parameters;
}

/// The parameters of a public key on P-256 from its uncompressed point, to be freed with OSSL_PARAM_free; NULL without
/// memory. In C for the reason above.
static inline OSSL_PARAM *copenssl_p256_parameters(const unsigned char *point, size_t length) {
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    OSSL_PARAM *parameters = NULL;
    if (builder != NULL && OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, length) == 1)
        parameters = OSSL_PARAM_BLD_to_param(builder);
    OSSL_PARAM_BLD_free(builder);
    return parameters;
}

/// Makes a new key on P-256; NULL when the library cannot. A macro in OpenSSL.
static inline EVP_PKEY *copenssl_generate_p256(void) { return EVP_EC_gen("P-256"); }

/// 1 when it is an EC key on P-256.
static inline int copenssl_is_p256(const EVP_PKEY *key) {
    char name[64];
    size_t length = 0;
    if (EVP_PKEY_is_a(key, "EC") != 1) return 0;
    if (EVP_PKEY_get_group_name(key, name, sizeof name, &length) != 1) return 0;
    return strcmp(name, "prime256v1") == 0 || strcmp(name, "P-256") == 0;
}

/// Writes the uncompressed point of a public half; its length, or 0.
static inline size_t copenssl_point(const EVP_PKEY *key, unsigned char *point, size_t room) {
    size_t length = 0;
    if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, room, &length) != 1) return 0;
    return length;
}

/// A password callback that never asks: an encrypted key fails to load instead of prompting on the terminal.
static inline int copenssl_no_password(char *buffer, int size, int writing, void *context) {
    (void)buffer;
    (void)size;
    (void)writing;
    (void)context;
    return 0;
}

/// Reads a PEM private key without ever asking for a password.
static inline EVP_PKEY *copenssl_read_private_key(BIO *source) {
    return PEM_read_bio_PrivateKey(source, NULL, copenssl_no_password, NULL);
}

/// The bytes written to a memory BIO; they belong to the BIO. A macro in OpenSSL.
static inline long copenssl_written_bytes(BIO *sink, char **bytes) { return BIO_get_mem_data(sink, bytes); }

#endif
