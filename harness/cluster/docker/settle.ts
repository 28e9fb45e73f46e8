/**
 * Like Promise.all, but an error is thrown only when all the work has ended: what is still being
 * made while the clean-up runs would be left behind.
 */
export const settleAll = async <T extends readonly Promise<unknown>[]>(work: T) => {
  await Promise.allSettled(work)
  return Promise.all(work)
}
