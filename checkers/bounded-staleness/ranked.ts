/** Sorted lists of numbers. */

/** The indices of values in ascending order of these. */
export const ranked = (values: ArrayLike<number>): Int32Array =>
  Int32Array.from({ length: values.length }, (_, at) => at).sort(
    (a, b) => values[a]! - values[b]! || a - b,
  )

/** How many items a list begins with for which a property holds that holds for a prefix of it. O(log n). */
export const longestPrefix = (list: Int32Array, holds: (item: number) => boolean): number => {
  let low = 0
  for (let high = list.length; low < high; ) {
    const middle = (low + high) >> 1
    if (holds(list[middle]!)) low = middle + 1
    else high = middle
  }
  return low
}
