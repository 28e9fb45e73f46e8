/* For tests only: threads that do nothing but ask for the time, in every way, and check each answer:
 * as a difference to the monotonic clock it is what it was at the start, or ahead by one of two offsets.
 * Every 20 ms the file named first gets: answers so far, wrong ones, ns that a reading of the wall clock
 * and one of the monotonic clock took, and how far ahead of the kernel's they are, in us. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const int64_t second = 1000000000;
static atomic_long answers, wrong;
static int64_t start, first, other;

static int64_t ask(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * second + t.tv_nsec;
}

static int64_t ask_wall(int way) {
  struct timeval t;
  switch (way) {
    case 0: return ask(CLOCK_REALTIME);
    case 1: return ask(CLOCK_REALTIME_COARSE);
    case 2: gettimeofday(&t, NULL); return t.tv_sec * second + t.tv_usec * 1000;
    default: return time(NULL) * second;
  }
}

static void *spin(void *unused) {
  for (long n = 0;; n++) {
    /* What lies between the two questions counts twice: the answer must fit one of them. */
    int64_t before = ask(CLOCK_MONOTONIC), wall = ask_wall(n % 4), after = ask(CLOCK_MONOTONIC);
    int64_t early = wall - after - start, late = wall - before - start;
    int64_t slack = n % 4 == 3 ? second + 100000000 : 100000000;
    int fits = 0;
    for (int k = 0; k < 3; k++) {
      int64_t offset = (int64_t[]){0, first, other}[k];
      fits |= early - offset < slack && late - offset > -slack;
    }
    atomic_fetch_add(&answers, 1);
    if (!fits) atomic_fetch_add(&wrong, 1);
  }
  return unused;
}

static int64_t ask_kernel(clockid_t clock) {
  struct timespec t;
  syscall(SYS_clock_gettime, clock, &t);
  return t.tv_sec * second + t.tv_nsec;
}

static long cost(clockid_t clock) {
  int64_t begun = ask_kernel(CLOCK_MONOTONIC);
  for (int n = 0; n < 10000; n++) ask(clock);
  return (ask_kernel(CLOCK_MONOTONIC) - begun) / 10000;
}

static long ahead(clockid_t clock) {
  int64_t before = ask_kernel(clock), said = ask(clock), after = ask_kernel(clock);
  return (said - (before + after) / 2) / 1000;
}

int main(int count, char **arguments) {
  if (count != 5) return 2;
  first = atoll(arguments[2]) * 1000000;
  other = atoll(arguments[3]) * 1000000;
  start = ask(CLOCK_REALTIME) - ask(CLOCK_MONOTONIC);
  pthread_t thread;
  for (int n = atoi(arguments[4]); n > 0; n--) pthread_create(&thread, NULL, spin, NULL);
  char new[4096];
  snprintf(new, sizeof new, "%s.new", arguments[1]);
  for (;;) {
    FILE *file = fopen(new, "w");
    fprintf(file, "%ld %ld %ld %ld %ld %ld\n", atomic_load(&answers), atomic_load(&wrong),
            cost(CLOCK_REALTIME), cost(CLOCK_MONOTONIC), ahead(CLOCK_REALTIME), ahead(CLOCK_MONOTONIC));
    fclose(file);
    rename(new, arguments[1]);
    usleep(20000);
  }
}
