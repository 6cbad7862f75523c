#ifndef WITAN_CBLAS_H
#define WITAN_CBLAS_H

#include <stdint.h>

#pragma clang assume_nonnull begin

// The only door to BLAS and LAPACK. The libraries are linked by their standard names, so that the
// system chooses the provider behind them (Debian: update-alternatives; Apple: Accelerate).

// Matrices are row-major throughout; leading dimensions in elements; every dimension >= 1.

// C [m x n] = alpha * op(A) * op(B) + beta * C. op(A) is A [m x k], or the transpose of A [k x m]
// when transpose_a is not 0; op(B) is B [k x n], or the transpose of B [n x k] likewise.
void witan_sgemm(int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a,
                 int lda, const float *b, int ldb, float beta, float *c, int ldc);
void witan_dgemm(int transpose_a, int transpose_b, int m, int n, int k, double alpha,
                 const double *a, int lda, const double *b, int ldb, double beta, double *c, int ldc);

// The lower triangle of C [n x n] = alpha * A^T A + beta * C, for A [k x n]; the rest is not touched.
void witan_dsyrk(int n, int k, double alpha, const double *a, int lda, double beta, double *c);

// Solves A x = b for symmetric positive definite A [n x n] by Cholesky (LAPACK dposv); A is
// overwritten, b becomes x. Returns 0, or LAPACK's info when A is not positive definite.
int witan_solve_spd(int n, double *a, double *b);

// The lower triangle of A [n x n] becomes L with A = L L^T (LAPACK dpotrf); the upper one is neither
// read nor written. Returns 0, or the order of the leading minor that is not positive.
int witan_cholesky(int n, double *a);
// Each of the `count` rows of B [count x n] becomes the x with A x = row (LAPACK dpotrs).
void witan_cholesky_solve(int n, int count, const double *l, double *b);
// The lower triangle of L becomes that of the inverse of A (LAPACK dpotri). Returns 0, or where a
// diagonal entry of L is 0.
int witan_cholesky_inverse(int n, double *l);
// Each of the `count` rows of B [count x n] becomes the y with L y = row.
void witan_cholesky_whiten(int n, int count, const double *l, double *b);

// Eigen-decomposition of symmetric A [n x n], of which the lower triangle is read (LAPACK dsyevd).
// `values` [n] ascend; row i of A becomes the unit eigenvector of values[i]. All of A must be finite.
// Returns 0, LAPACK's info when it did not converge, or WITAN_NO_MEMORY.
enum { WITAN_NO_MEMORY = -1000 };
int witan_eigen_symmetric(int n, double *a, double *values);

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
