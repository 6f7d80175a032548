import { useEffect, useRef, useState } from 'react'
import type { YamlAnswer, YamlOp, YamlQuestion, YamlWork } from './yaml-worker.ts'

/** From this length on (UTF-16 code units) a text is written, read and checked in a worker: below, all of it takes less than a frame or two. */
export const largeText = 100_000

/** Whether an object has more than `largeText` characters in its keys and values; no more than that of it is looked at. */
export function isLarge(value: unknown): boolean {
  let left = largeText
  const walk = (node: unknown): void => {
    if (typeof node === 'string') left -= node.length
    // A short value is a line of its own too.
    left -= 8
    if (left <= 0 || typeof node !== 'object' || node === null) return
    for (const [key, inner] of Object.entries(node)) {
      left -= key.length
      walk(inner)
      if (left <= 0) return
    }
  }
  walk(value)
  return left <= 0
}

let worker: Worker | undefined
let nextId = 1
const waiting = new Map<number, { resolve(answer: never): void; reject(error: Error): void }>()

function started(): Worker {
  if (worker) return worker
  const created = new Worker(new URL('./yaml-worker.ts', import.meta.url), { type: 'module', name: 'yaml' })
  created.onmessage = ({ data }: MessageEvent<YamlAnswer>) => {
    const asked = waiting.get(data.id)
    waiting.delete(data.id)
    if ('error' in data) asked?.reject(new Error(data.error))
    else asked?.resolve(data.answer as never)
  }
  // It could not be loaded, or fell: the next question starts another.
  created.onerror = () => {
    worker = undefined
    created.terminate()
    for (const { reject } of waiting.values()) reject(new Error('the YAML worker has ended'))
    waiting.clear()
  }
  return (worker = created)
}

/** Asks the worker. Rejects when it throws, or ends. */
export function askYaml<Op extends YamlOp>(op: Op, asked: YamlWork[Op]['asked']): Promise<YamlWork[Op]['answer']> {
  const id = nextId++
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject })
    started().postMessage({ op, id, asked } as YamlQuestion)
  })
}

/** What was made of an input. */
export interface Worked<I, O> {
  input: I
  output: O
}

/**
 * The newest that `work` has made: of one input at a time, and next of the newest there is, once it has rested for `restMs`. So what
 * changes faster than the work goes is still shown, only later. Undefined until the first is there; `input` undefined asks for nothing.
 */
export function useWorked<I, O>(input: I | undefined, work: (input: I) => Promise<O>, restMs = 0): Worked<I, O> | undefined {
  const [done, setDone] = useState<Worked<I, O>>()
  const [failed, setFailed] = useState<{ input: I }>()
  const busy = useRef(false)
  const latest = useRef(work)
  latest.current = work
  useEffect(() => {
    if (input === undefined || busy.current || done?.input === input || failed?.input === input) return undefined
    const timer = setTimeout(() => {
      busy.current = true
      latest.current(input).then(
        (output) => {
          busy.current = false
          setDone({ input, output })
        },
        () => {
          busy.current = false
          setFailed({ input })
        },
      )
    }, restMs)
    return () => clearTimeout(timer)
  }, [input, done, failed, restMs])
  return done
}
