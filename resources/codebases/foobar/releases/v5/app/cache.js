// Everything is looked up once and then kept in memory. Right after the start nothing is there yet, and every page has to
// wait for it: the cache is cold.

const COLD_MS = 3000
const LOOK_UP_MS = 250

const startedAt = Date.now()

export async function readThroughCache() {
  const cold = Date.now() - startedAt < COLD_MS
  if (cold) await new Promise((resolve) => setTimeout(resolve, LOOK_UP_MS))
}
