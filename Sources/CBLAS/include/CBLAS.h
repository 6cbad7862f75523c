#ifndef WITAN_CBLAS_H
#define WITAN_CBLAS_H

#include <stdint.h>

#pragma clang assume_nonnull begin

// The only door to BLAS and LAPACK. The libraries are linked by their standard names, so that the
// system chooses the provider behind them (Debian: update-alternatives; Apple: Accelerate).

// C [m x n] = alpha * A [m x k] * op(B) + beta * C; row-major, leading dimensions in elements;
// op(B) is B [k x n], or the transpose of B [n x k] when transpose_b is not 0. All of them >= 1.
void witan_sgemm(int transpose_b, int m, int n, int k, float alpha, const float *a, int lda,
                 const float *b, int ldb, float beta, float *c, int ldc);

// Solves A x = b for symmetric positive definite A [n x n] by Cholesky (LAPACK dposv); A is
// overwritten, b becomes x. Returns 0, or LAPACK's info when A is not positive definite.
int witan_solve_spd(int n, double *a, double *b);

// The path of the library that serves sgemm, or "unknown".
const char *witan_blas_library(void);
// OpenBLAS's own description of its version and kernel, or NULL for other providers.
const char *_Nullable witan_blas_description(void);
// Threads that one call may use; 1 when the provider has no way to tell (reference BLAS).
int witan_blas_threads(void);
// Asks for `count` threads; returns the number in force afterwards.
int witan_blas_set_threads(int count);

#pragma clang assume_nonnull end

#endif
