// The one product that scoring needs, so that the library depends on no BLAS: nothing to install beside it, no
// threads that a server did not ask for, and no cost at its start.
//
// Factors are whole numbers whose sums stay below 2^24 (Sources/Witan/Model/Head.swift), where float32 is
// exact: every order of adding gives the bits that any BLAS gives.
#include <stddef.h>

#include "CBLAS.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
// The choice of a clone runs before the sanitizer is there.
#define ONE_MACHINE
#endif
#endif

#if defined(__x86_64__) && defined(__linux__) && defined(__GLIBC__) && !defined(ONE_MACHINE)
#define FOR_EACH_MACHINE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FOR_EACH_MACHINE
#endif

enum { ROWS = 4, COLUMNS = 32, LANES = 16 };

// A tile of C [rows x columns], rows <= ROWS and columns <= COLUMNS, for B by rows.
static inline __attribute__((always_inline)) void tile(int rows, int columns, int k, const float *a,
                                                       int lda, const float *b, int ldb, float *c,
                                                       int ldc) {
  float sums[ROWS][COLUMNS] = {{0}};
  for (int p = 0; p < k; p++)
    for (int i = 0; i < rows; i++)
      for (int j = 0; j < columns; j++) sums[i][j] += a[i * lda + p] * b[(size_t)p * ldb + j];
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++) c[i * ldc + j] = sums[i][j];
}

FOR_EACH_MACHINE
static void by_rows(int m, int n, int k, const float *a, int lda, const float *b, int ldb, float *c,
                    int ldc) {
  for (int i = 0; i < m; i += ROWS) {
    int rows = m - i < ROWS ? m - i : ROWS;
    for (int j = 0; j < n; j += COLUMNS) {
      int columns = n - j < COLUMNS ? n - j : COLUMNS;
      const float *from = a + (size_t)i * lda;
      float *to = c + (size_t)i * ldc + j;
      // Constant bounds let the compiler keep the tile in registers.
      if (rows == ROWS && columns == COLUMNS) {
        tile(ROWS, COLUMNS, k, from, lda, b + j, ldb, to, ldc);
      } else if (rows == ROWS && columns == LANES) {
        tile(ROWS, LANES, k, from, lda, b + j, ldb, to, ldc);
      } else {
        tile(rows, columns, k, from, lda, b + j, ldb, to, ldc);
      }
    }
  }
}

// B by columns: each entry of C is a product of two rows that stand in memory one value after the other.
FOR_EACH_MACHINE
static void by_columns(int m, int n, int k, const float *a, int lda, const float *b, int ldb, float *c,
                       int ldc) {
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) {
      const float *x = a + (size_t)i * lda, *y = b + (size_t)j * ldb;
      float sums[LANES] = {0}, sum = 0;
      int p = 0;
      for (; p + LANES <= k; p += LANES)
        for (int l = 0; l < LANES; l++) sums[l] += x[p + l] * y[p + l];
      for (; p < k; p++) sum += x[p] * y[p];
      for (int l = 0; l < LANES; l++) sum += sums[l];
      c[(size_t)i * ldc + j] = sum;
    }
}

void witan_sgemm(int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a,
                 int lda, const float *b, int ldb, float beta, float *c, int ldc) {
  // Head asks for nothing else: A as it is, alpha 1, beta 0.
  (void)transpose_a, (void)alpha, (void)beta;
  if (transpose_b)
    by_columns(m, n, k, a, lda, b, ldb, c, ldc);
  else
    by_rows(m, n, k, a, lda, b, ldb, c, ldc);
}
