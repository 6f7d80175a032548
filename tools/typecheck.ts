import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, say } from './setup.mjs'

/** The rooms of tsconfig.json, each with its own libraries: no Node types in the window, no DOM in the server. */
export function rooms(): string[] {
  const { references } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')) as { references: { path: string }[] }
  return references.map((r) => r.path.replace(/^\.\//, ''))
}

/** True when the room and the rooms it refers to are free of type errors; tsc prints them. */
export function typecheck(room: string): boolean {
  const args = [join(root, 'node_modules/typescript/bin/tsc'), '--build', room, '--pretty']
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status === 0
}

if (process.argv[1] === import.meta.filename) {
  const named = process.argv.slice(2)
  for (const room of named.length > 0 ? named : rooms()) {
    const good = typecheck(room)
    say(`types of ${room}: ${good ? 'ok' : 'wrong'}`)
    if (!good) process.exitCode = 1
  }
}
