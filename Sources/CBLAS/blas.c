#define _GNU_SOURCE
#include "CBLAS.h"

#include <dlfcn.h>
#include <stdlib.h>

// Fortran and CBLAS symbols by their standard names; 32-bit integers (LP64).
extern void cblas_sgemm(int order, int transa, int transb, int m, int n, int k, float alpha,
                        const float *a, int lda, const float *b, int ldb, float beta, float *c,
                        int ldc);
extern void cblas_dgemm(int order, int transa, int transb, int m, int n, int k, double alpha,
                        const double *a, int lda, const double *b, int ldb, double beta, double *c,
                        int ldc);
extern void cblas_dsyrk(int order, int uplo, int trans, int n, int k, double alpha, const double *a,
                        int lda, double beta, double *c, int ldc);
extern void cblas_dtrsm(int order, int side, int uplo, int transa, int diag, int m, int n,
                        double alpha, const double *a, int lda, double *b, int ldb);

// A Fortran compiler passes the length of each character argument after all others; libraries
// written in C ignore it, those written in Fortran may rely on it.
extern void dposv_(const char *uplo, const int *n, const int *nrhs, double *a, const int *lda,
                   double *b, const int *ldb, int *info, size_t uplo_length);
extern void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info,
                    size_t uplo_length);
extern void dpotrs_(const char *uplo, const int *n, const int *nrhs, const double *a,
                    const int *lda, double *b, const int *ldb, int *info, size_t uplo_length);
extern void dpotri_(const char *uplo, const int *n, double *a, const int *lda, int *info,
                    size_t uplo_length);
extern void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda,
                    double *w, double *work, const int *lwork, int *iwork, const int *liwork,
                    int *info, size_t jobz_length, size_t uplo_length);

enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111, TRANSPOSE = 112, LOWER = 122, NON_UNIT = 131, RIGHT = 142 };

static int op(int transpose) { return transpose ? TRANSPOSE : NO_TRANSPOSE; }

void witan_sgemm(int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a,
                 int lda, const float *b, int ldb, float beta, float *c, int ldc) {
  cblas_sgemm(ROW_MAJOR, op(transpose_a), op(transpose_b), m, n, k, alpha, a, lda, b, ldb, beta, c,
              ldc);
}

void witan_dgemm(int transpose_a, int transpose_b, int m, int n, int k, double alpha,
                 const double *a, int lda, const double *b, int ldb, double beta, double *c, int ldc) {
  cblas_dgemm(ROW_MAJOR, op(transpose_a), op(transpose_b), m, n, k, alpha, a, lda, b, ldb, beta, c,
              ldc);
}

void witan_dsyrk(int n, int k, double alpha, const double *a, int lda, double beta, double *c) {
  cblas_dsyrk(ROW_MAJOR, LOWER, TRANSPOSE, n, k, alpha, a, lda, beta, c, n);
}

// LAPACK's columns are our rows: the lower triangle here is "U" there, and a factor U^T U is L L^T.

int witan_solve_spd(int n, double *a, double *b) {
  int one = 1, info = 0;
  dposv_("L", &n, &one, a, &n, b, &n, &info, 1);
  return info;
}

int witan_cholesky(int n, double *a) {
  int info = 0;
  dpotrf_("U", &n, a, &n, &info, 1);
  return info;
}

void witan_cholesky_solve(int n, int count, const double *l, double *b) {
  int info = 0;
  dpotrs_("U", &n, &count, l, &n, b, &n, &info, 1);
}

int witan_cholesky_inverse(int n, double *l) {
  int info = 0;
  dpotri_("U", &n, l, &n, &info, 1);
  return info;
}

void witan_cholesky_whiten(int n, int count, const double *l, double *b) {
  cblas_dtrsm(ROW_MAJOR, RIGHT, LOWER, TRANSPOSE, NON_UNIT, count, n, 1, l, n, b, n);
}

int witan_eigen_symmetric(int n, double *a, double *values) {
  int info = 0, work_count = -1, integer_count = -1, integer_size = 0;
  double work_size = 0;
  dsyevd_("V", "U", &n, a, &n, values, &work_size, &work_count, &integer_size, &integer_count, &info,
          1, 1);
  if (info != 0) return info;
  work_count = (int)work_size;
  integer_count = integer_size;
  double *work = malloc((size_t)work_count * sizeof *work);
  int *integers = malloc((size_t)integer_count * sizeof *integers);
  if (work == NULL || integers == NULL) {
    info = WITAN_NO_MEMORY;
  } else {
    dsyevd_("V", "U", &n, a, &n, values, work, &work_count, integers, &integer_count, &info, 1, 1);
  }
  free(work);
  free(integers);
  return info;
}

const char *witan_blas_library(void) {
  static _Thread_local char resolved[4096];
  Dl_info info;
  // The symbol is looked up at run time: its address in this program may be a stub of the linker.
  void *symbol = dlsym(RTLD_DEFAULT, "cblas_sgemm");
  if (symbol == NULL || dladdr(symbol, &info) == 0 || info.dli_fname == NULL) return "unknown";
  return realpath(info.dli_fname, resolved) ? resolved : info.dli_fname;
}

const char *witan_blas_description(void) {
  char *(*config)(void) = (char *(*)(void))dlsym(RTLD_DEFAULT, "openblas_get_config");
  return config ? config() : NULL;
}

int witan_blas_threads(void) {
  int (*threads)(void) = (int (*)(void))dlsym(RTLD_DEFAULT, "openblas_get_num_threads");
  return threads ? threads() : 1;
}

int witan_blas_set_threads(int count) {
  void (*set)(int) = (void (*)(int))dlsym(RTLD_DEFAULT, "openblas_set_num_threads");
  if (set && count >= 1) set(count);
  return witan_blas_threads();
}
