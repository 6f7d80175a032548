import { useSyncExternalStore } from 'react'

/** Long work that the status bar shows while it runs. */
export interface Task {
  id: number
  title: string
  done: number
  failed: number
  total: number
}

let tasks: readonly Task[] = []
let nextId = 1
const listeners = new Set<() => void>()

function set(next: readonly Task[]): void {
  tasks = next
  for (const listener of listeners) listener()
}

export function startTask(title: string, total: number): { progress(done: number, failed: number): void; end(): void } {
  const id = nextId++
  set([...tasks, { id, title, done: 0, failed: 0, total }])
  return {
    progress: (done, failed) => set(tasks.map((task) => (task.id === id ? { ...task, done, failed } : task))),
    end: () => set(tasks.filter((task) => task.id !== id)),
  }
}

export const useTasks = (): readonly Task[] =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => tasks,
  )
