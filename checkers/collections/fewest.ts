/**
 * The fewest of many that still violate, where more of them always violate when some do: the last one of the
 * shortest prefix that violates is needed, the rest of what is needed lies before it. With k needed ones of n that
 * takes k log n questions, of prefixes that grow from small ones (after Junker's QuickXplain, AAAI 2004).
 */
export const fewest = <T>(
  suspects: readonly T[],
  violates: (some: readonly T[]) => boolean,
): readonly T[] => {
  const needed: T[] = []
  let before = suspects
  while (before.length > 0 && !violates(needed)) {
    const prefix = (length: number): boolean =>
      length >= before.length || violates([...needed, ...before.slice(0, length)])
    let low = 0
    let high = 1
    while (!prefix(high)) {
      low = high
      high *= 2
    }
    high = Math.min(high, before.length)
    while (high - low > 1) {
      const middle = (low + high) >>> 1
      if (prefix(middle)) high = middle
      else low = middle
    }
    needed.push(before[high - 1]!)
    before = before.slice(0, high - 1)
  }
  return needed
}
