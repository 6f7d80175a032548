/**
 * Counts the steps that work takes, so that a test can compare n with 2n without looking at a clock. A step is one run of a block of
 * JavaScript (V8's precise coverage; a library's blocks count too) or one element that a built-in function looks at (natives.ts).
 * Nothing has to be built into what is measured. Not counted: backtracking inside a regular expression, arithmetic on large BigInts,
 * object spread.
 *
 * Coverage must begin before V8 compiles what it counts: import this file before everything that is measured. It throws where that was
 * forgotten. Code runs several times slower under it, so scaling tests stand in files of their own (`x-scaling.test.ts`).
 */
import { Session, type Profiler } from 'node:inspector'
import { setFlagsFromString } from 'node:v8'
import { countNatives } from './natives.ts'

// Counts get lost where V8 exchanges code for faster code, or throws code away that has not run for a while.
for (const flag of ['--no-opt', '--no-maglev', '--no-sparkplug', '--no-flush-bytecode']) setFlagsFromString(flag)

const session = new Session()
session.connect()
post('Profiler.enable')
post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })

/** Of the same process, but neither measured nor under anybody's control. */
const RUNNERS =
  /^node:|node_modules\/(?:vitest|@vitest|vite|fast-check|chai|tinypool|tinybench)\/|machinery\/testing\/(?:steps|natives)\.ts$/

/** The steps of `work`, which must be synchronous. */
export function steps(work: () => unknown): number {
  post('Profiler.takePreciseCoverage')
  const natives = countNatives()
  try {
    work()
  } finally {
    natives.stop()
  }
  return natives.count + blocks()
}

/** The same of asynchronous work. Whatever else the process does meanwhile counts too. */
export async function stepsOf(work: () => Promise<unknown>): Promise<number> {
  post('Profiler.takePreciseCoverage')
  const natives = countNatives()
  try {
    await work()
  } finally {
    natives.stop()
  }
  return natives.count + blocks()
}

/**
 * How many times more steps the double input takes: 2 is linear, a little above it n log n, 4 is quadratic. The input is made by
 * `make`, which does not count. The work is run once beforehand, for what is only made the first time.
 * @param n large enough that what does not depend on it hardly counts
 */
export function growth<T>(n: number, make: (n: number) => T, work: (input: T) => unknown): number {
  work(make(n))
  const [single, double] = [count(make(n), work), count(make(2 * n), work)]
  if (single < n) throw new Error(`${single} steps for an input of ${n}: the work does not look at its input`)
  return double / single
}

/**
 * By how much steps grow faster than their input, over the square of `n`: 0 where twice as much input takes twice the steps, 1 or more
 * where something is looked at for each pair. It sees one such loop in much other work, at a small `n`. Inputs of n, 2n, 3n and 4n are
 * tried: what bends at one place alone is a limit. Sorting bends a little.
 */
export function bend<T>(n: number, make: (n: number) => T, work: (input: T) => unknown): number {
  work(make(n))
  const [a, b, c, d] = [1, 2, 3, 4].map((times) => count(make(times * n), work)) as [number, number, number, number]
  return Math.min(c - 2 * b + a, d - 2 * c + b) / (n * n)
}

const count = <T>(input: T, work: (input: T) => unknown): number => steps(() => work(input))

function blocks(): number {
  const { result } = post('Profiler.takePreciseCoverage') as Profiler.TakePreciseCoverageReturnType
  let sum = 0
  for (const { url, functions } of result) {
    if (RUNNERS.test(url)) continue
    for (const { functionName, ranges, isBlockCoverage } of functions) {
      if (!isBlockCoverage && ranges[0]!.count > 0 && /\/(?:server|renderer|electron)\//.test(url)) {
        throw new Error(`${functionName} of ${url} was compiled before coverage began: import machinery/testing/steps.ts first`)
      }
      for (const { count } of ranges) sum += count
    }
  }
  return sum
}

/** Answers at once: the session is with its own thread. */
function post(method: string, params: object = {}): unknown {
  let answer: unknown
  session.post(method, params, (error, result) => {
    if (error !== null) throw new Error(`${method}: ${error.message}`)
    answer = result
  })
  return answer
}
