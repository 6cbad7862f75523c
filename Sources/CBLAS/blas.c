#define _GNU_SOURCE
#include "CBLAS.h"

#include <dlfcn.h>
#include <stdlib.h>

// Fortran and CBLAS symbols by their standard names; 32-bit integers (LP64).
extern void cblas_sgemm(int order, int transa, int transb, int m, int n, int k, float alpha,
                        const float *a, int lda, const float *b, int ldb, float beta, float *c,
                        int ldc);
extern void dposv_(const char *uplo, const int *n, const int *nrhs, double *a, const int *lda,
                   double *b, const int *ldb, int *info);

enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111, TRANSPOSE = 112 };

void witan_sgemm(int transpose_b, int m, int n, int k, float alpha, const float *a, int lda,
                 const float *b, int ldb, float beta, float *c, int ldc) {
  cblas_sgemm(ROW_MAJOR, NO_TRANSPOSE, transpose_b ? TRANSPOSE : NO_TRANSPOSE, m, n, k, alpha, a,
              lda, b, ldb, beta, c, ldc);
}

int witan_solve_spd(int n, double *a, double *b) {
  int one = 1, info = 0;
  dposv_("L", &n, &one, a, &n, b, &n, &info);
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
