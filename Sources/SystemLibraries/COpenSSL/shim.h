// SPDX-License-Identifier: Apache-2.0
// OpenSSL 3.0's EVP interface as Swift sees it, and the macros that Swift cannot import.
#ifndef TROQUET_COPENSSL_SHIM_H
#define TROQUET_COPENSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

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
