import type { CpuProfile } from './cpu-profile.ts'

const INTERVAL_US = 200

/** The CPU profiler of a Node process that listens with --inspect (Chrome DevTools Protocol). */
export class Profiler implements Disposable {
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, (message: { result?: unknown; error?: { message: string } }) => void>()
  #last = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      const message = JSON.parse(data) as { id?: number; result?: unknown; error?: { message: string } }
      if (message.id !== undefined) this.#waiting.get(message.id)?.(message)
    }
  }

  /** @throws Error when nobody listens there */
  static async connect(port: number): Promise<Profiler> {
    const [target] = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as { webSocketDebuggerUrl: string }[]
    const socket = new WebSocket(target!.webSocketDebuggerUrl)
    await new Promise((resolve, reject) => {
      socket.onopen = resolve
      socket.onerror = reject
    })
    const profiler = new Profiler(socket)
    await profiler.#call('Profiler.enable')
    await profiler.#call('Profiler.setSamplingInterval', { interval: INTERVAL_US })
    return profiler
  }

  #call(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        this.#waiting.delete(id)
        if (error === undefined) resolve(result)
        else reject(new Error(`${method}: ${error.message}`))
      })
      this.#socket.send(JSON.stringify({ id, method, params }))
    })
  }

  /** What the process did while this ran. */
  async during<T>(run: () => Promise<T>): Promise<{ result: T; profile: CpuProfile }> {
    await this.#call('Profiler.start')
    const result = await run()
    const { profile } = (await this.#call('Profiler.stop')) as { profile: CpuProfile }
    return { result, profile }
  }

  [Symbol.dispose](): void {
    this.#socket.close()
  }
}
