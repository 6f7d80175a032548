import { figure } from './figures.ts'

/** A difference with its sign, whole numbers in full and others by six digits: `+1,234`, `−0.25`; `0` for none. */
export function signed(delta: number): string {
  const size = Math.abs(delta)
  const text = Number.isSafeInteger(size) ? figure(size) : String(Number(size.toPrecision(6)))
  return delta === 0 ? text : `${delta > 0 ? '+' : '−'}${text}`
}
