/**
 * Reads and writes large YAML texts on worker threads, so that nobody else waits for them: the library needs more than a second for a megabyte.
 * Threads are started when there is work and end when there has been none for a while: one costs 18 MB at rest.
 */
import { Worker } from 'node:worker_threads'
import { type Clock, systemClock, type Timer } from '../machinery/clock.ts'
import { tooManyRequests } from '../machinery/status.ts'
import { YamlError, type YamlJson } from './yaml-read.ts'
import type { FromYamlWorker, ToYamlWorker } from './yaml-worker.ts'

export interface YamlPoolOptions {
  clock?: Clock
  workers?: number
  /** Characters that may wait for a thread. */
  maxWaiting?: number
  /** A text that takes longer is refused, and its thread ended. */
  timeLimitMs?: number
  /** A thread without work ends after so long. */
  idleMs?: number
  /** Heap of one thread, in MB. */
  heapMb?: number
}

interface Job {
  task: ToYamlWorker
  characters: number
  resolve(answer: Exclude<FromYamlWorker, { error: string }>): void
  reject(e: Error): void
}

interface Thread {
  readonly worker: Worker
  job: Job | undefined
  timer: Timer | undefined
}

const TOO_MUCH = 'yaml: document is too complex'
const BUSY = 'too many YAML documents are being read, please try again later'

export class YamlPool {
  readonly #clock: Clock
  readonly #o: Required<Omit<YamlPoolOptions, 'clock'>>
  readonly #threads = new Set<Thread>()
  readonly #waiting: Job[] = []
  #waitingCharacters = 0

  constructor({
    clock = systemClock,
    workers = 2,
    maxWaiting = 16 << 20,
    timeLimitMs = 15_000,
    idleMs = 5000,
    heapMb = 192,
  }: YamlPoolOptions = {}) {
    this.#clock = clock
    this.#o = { workers, maxWaiting, timeLimitMs, idleMs, heapMb }
  }

  /** How many threads there are. */
  get size(): number {
    return this.#threads.size
  }

  /**
   * What `yamlToJson` gives.
   * Rejects with YamlError; also where the text takes too much time or memory. 429 when too much is waiting.
   */
  async read(text: string): Promise<YamlJson> {
    return (await this.#do({ read: text }, text.length)) as YamlJson
  }

  /** What `stringifyYaml` gives for the value of a JSON text that this server wrote. Rejects as `read` does. */
  async write(json: string): Promise<string> {
    return ((await this.#do({ write: json }, json.length)) as { yaml: string }).yaml
  }

  #do(task: ToYamlWorker, characters: number): Promise<Exclude<FromYamlWorker, { error: string }>> {
    return new Promise((resolve, reject) => {
      const job: Job = { task, characters, resolve, reject }
      const thread = this.#free()
      if (thread !== undefined) return this.#begin(thread, job)
      if (this.#waitingCharacters + characters > this.#o.maxWaiting) return reject(tooManyRequests(BUSY, 1))
      this.#waiting.push(job)
      this.#waitingCharacters += characters
    })
  }

  /** Ends the threads; what they are at is refused. */
  async close(): Promise<void> {
    await Promise.all([...this.#threads].map((t) => this.#end(t)))
  }

  #free(): Thread | undefined {
    for (const t of this.#threads) if (t.job === undefined) return t
    return this.#threads.size < this.#o.workers ? this.#start() : undefined
  }

  #start(): Thread {
    const worker = new Worker(workerUrl(), {
      name: 'yaml',
      resourceLimits: { maxOldGenerationSizeMb: this.#o.heapMb, maxYoungGenerationSizeMb: 16 },
      execArgv: [],
    })
    // Never what a process stays for.
    worker.unref()
    const thread: Thread = { worker, job: undefined, timer: undefined }
    this.#threads.add(thread)
    worker.on('message', (answer: FromYamlWorker) => {
      const job = this.#finish(thread)
      if ('error' in answer) job?.reject(new YamlError(answer.error))
      else job?.resolve(answer)
      this.#next(thread)
    })
    // Out of memory, above all.
    worker.on('error', () => void this.#end(thread))
    worker.on('exit', () => void this.#end(thread))
    return thread
  }

  #begin(thread: Thread, job: Job): void {
    thread.timer?.cancel()
    thread.job = job
    thread.timer = this.#clock.setTimeout(() => void this.#end(thread), this.#o.timeLimitMs)
    thread.worker.postMessage(job.task)
  }

  #finish(thread: Thread): Job | undefined {
    thread.timer?.cancel()
    const { job } = thread
    thread.job = undefined
    return job
  }

  #next(thread: Thread): void {
    const job = this.#waiting.shift()
    if (job === undefined) {
      thread.timer = this.#clock.setTimeout(() => void this.#end(thread), this.#o.idleMs)
      return
    }
    this.#waitingCharacters -= job.characters
    this.#begin(thread, job)
  }

  async #end(thread: Thread): Promise<void> {
    if (!this.#threads.delete(thread)) return
    this.#finish(thread)?.reject(new YamlError(TOO_MUCH))
    if (this.#waiting.length > 0) this.#next(this.#start())
    await thread.worker.terminate()
  }
}

// Bundled, the worker lies beside the program.
function workerUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './yaml-worker.ts' : './yaml-worker.mjs', import.meta.url)
}
