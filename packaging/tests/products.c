// The library's own product against the definition, for whole numbers, where every order of adding is exact.
#include "../products.c"

#include <stdio.h>
#include <stdlib.h>

int main(void) {
  static const int sizes[] = {1, 2, 3, 4, 5, 15, 16, 17, 31, 32, 33, 48, 64, 67};
  enum { COUNT = sizeof sizes / sizeof *sizes };
  static float a[70 * 80], b[80 * 80], c[70 * 80];
  unsigned seed = 1;
  for (int mi = 0; mi < COUNT; mi++)
    for (int ni = 0; ni < COUNT; ni++)
      for (int ki = 0; ki < COUNT; ki++)
        for (int transposed = 0; transposed < 2; transposed++) {
          int m = sizes[mi], n = sizes[ni], k = sizes[ki], lda = k + 3, ldb = (transposed ? k : n) + 1, ldc = n + 2;
          for (int i = 0; i < 70 * 80; i++) a[i] = (float)((int)((seed = seed * 1664525 + 1013904223) >> 24) - 128);
          for (int i = 0; i < 80 * 80; i++) b[i] = (float)((int)((seed = seed * 1664525 + 1013904223) >> 24) - 128);
          for (int i = 0; i < 70 * 80; i++) c[i] = 0.5f;
          witan_sgemm(0, transposed, m, n, k, 1, a, lda, b, ldb, 0, c, ldc);
          for (int i = 0; i < m; i++)
            for (int j = 0; j < ldc; j++) {
              long sum = 0;
              for (int p = 0; p < k; p++)
                sum += (long)a[i * lda + p] * (long)(transposed ? b[j * ldb + p] : b[p * ldb + j]);
              float wanted = j < n ? (float)sum : 0.5f;
              if (c[i * ldc + j] != wanted) {
                fprintf(stderr, "%d x %d x %d, B %s: [%d, %d] is %f, not %f\n", m, n, k,
                        transposed ? "by columns" : "by rows", i, j, (double)c[i * ldc + j], (double)wanted);
                return 1;
              }
            }
        }
  puts("products ok");
  return 0;
}
