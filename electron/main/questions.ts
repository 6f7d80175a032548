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

/** A kubeconfig may name programs that are run for credentials: one that a link or a double click brings is asked about. */
export const kubeconfigQuestion = (file: string): MessageBoxOptions =>
  question('Add the contexts of this kubeconfig?', `${file}\n\nIts contexts may run programs that it names to sign in.`, 'Add')

export const updateQuestion = question(
  'A newer version of Binnacle is ready.',
  'It is installed when the program starts again. The local control plane stops for as long.',
  'Restart now',
)

export const openQuestion = (url: string): MessageBoxOptions => question('Open this address in the browser?', url, 'Open')

/** Whether the person pressed the button that does it. */
export async function agrees(ask: Ask, options: MessageBoxOptions): Promise<boolean> {
  return (await ask(options)).response === 1
}
