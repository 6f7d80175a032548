/**
 * One queue for all work that goes on in turns: each pass of the event loop grants one turn, to whoever has waited longest. Callbacks of
 * setImmediate would not do: all that are due run in one pass, so that others would wait for as many turns as there are workers.
 */
const waiting: (() => void)[] = []
let scheduled = false

function grant(): void {
  scheduled = false
  waiting.shift()?.()
  schedule()
}

function schedule(): void {
  if (scheduled || waiting.length === 0) return
  scheduled = true
  setImmediate(grant)
}

function enqueue(turn: () => void): void {
  waiting.push(turn)
  schedule()
}

/** How much work waits for its turn. */
export const turnsWaited = (): number => waiting.length

/** Resolves when it is the caller's turn. */
export const nextTurn = (): Promise<void> => new Promise(enqueue)

export interface TakesTurns {
  /** Works for a short time. True when there is more to do. */
  turn(): boolean
}

/** Gives `worker` turns until it has nothing left to do, with others who have asked in between. */
export function takeTurns(worker: TakesTurns): void {
  enqueue(() => {
    if (worker.turn()) takeTurns(worker)
  })
}
