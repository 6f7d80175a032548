import { accessSync, constants } from 'node:fs'

/** A sentence for each flag whose file cannot be read; empty paths are absent flags. */
export function unreadable(files: Readonly<Record<string, string>>): string[] {
  return Object.entries(files).flatMap(([flag, file]) => {
    if (file === '') return []
    try {
      accessSync(file, constants.R_OK)
      return []
    } catch (e) {
      return [`--${flag}: cannot read ${file} (${(e as NodeJS.ErrnoException).code ?? 'unknown error'})`]
    }
  })
}

/** Two flags that make sense only together. */
export function together(a: [flag: string, value: string], b: [flag: string, value: string]): string[] {
  return (a[1] === '') === (b[1] === '') ? [] : [`--${a[0]} and --${b[0]} must be given together`]
}
