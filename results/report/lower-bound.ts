/** Search in a column of numbers that only grow, as times and indexes of events do. */

/** The first place, from `low` up to `high`, whose number is not below `wanted`; `high` if there is none. O(log n). */
export const lowerBound = (
  column: Float64Array,
  wanted: number,
  low = 0,
  high = column.length,
): number => {
  let [first, end] = [low, high]
  while (first < end) {
    const middle = (first + end) >> 1
    if (column[middle]! < wanted) first = middle + 1
    else end = middle
  }
  return first
}
