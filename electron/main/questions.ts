import type { MessageBoxOptions } from 'electron'

/** Shows a question; `response` is the index of the button that was pressed. */
export type Ask = (options: MessageBoxOptions) => Promise<{ response: number }>

/** A question whose second button does it. Enter and Escape take the first, which does nothing. */
function question(message: string, detail: string, yes: string): MessageBoxOptions {
  return { type: 'question', title: 'Binnacle', message, detail, buttons: ['Cancel', yes], defaultId: 0, cancelId: 0 }
}

/** The menu's Restart lies beside Show Log: others may be using the control plane. */
export const restartQuestion = question(
  'Restart the local control plane?',
  'kubectl and every other client is refused until it is back, and nodes and control loops start anew. What is stored stays.',
  'Restart',
)

export const openQuestion = (url: string): MessageBoxOptions => question('Open this address in the browser?', url, 'Open')

/** Whether the person pressed the button that does it. */
export async function agrees(ask: Ask, options: MessageBoxOptions): Promise<boolean> {
  return (await ask(options)).response === 1
}
