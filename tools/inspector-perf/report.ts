import { say } from '../setup.mjs'

/** What every part of the measurement writes its figures to. */
export interface Report {
  /** `met` is undefined for a figure without a budget. */
  note(what: string, figure: string, budget?: string, met?: boolean): void
}

export interface Row {
  what: string
  figure: string
  budget?: string
  met?: boolean
}

export function report(): Report & { rows: Row[] } {
  const rows: Row[] = []
  return {
    rows,
    note(what, figure, budget, met) {
      rows.push({ what, figure, budget, met })
      say(`${what}: ${figure}${budget === undefined ? '' : ` (budget ${budget}${met ? '' : ', MISSED'})`}`)
    },
  }
}
