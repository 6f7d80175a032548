/** Work that goes on in turns: one turn of one worker, then whatever else has happened meanwhile, then the next worker's. */
export interface TakesTurns {
  /** Works for a short time. True when there is more to do. */
  turn(): boolean
}

const waiting: TakesTurns[] = []
let scheduled = false

function next(): void {
  scheduled = false
  const worker = waiting.shift()
  if (worker?.turn() === true) waiting.push(worker)
  schedule()
}

function schedule(): void {
  if (scheduled || waiting.length === 0) return
  scheduled = true
  setImmediate(next)
}

/** Gives `worker` turns until it has nothing left to do, with others who have asked in between. */
export function takeTurns(worker: TakesTurns): void {
  waiting.push(worker)
  schedule()
}
