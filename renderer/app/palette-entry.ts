/** One line of the palette. */
export interface Entry {
  id: string
  group: 'kinds' | 'objects' | 'commands' | 'actions'
  text: string
  note?: string
  run(): void
}
