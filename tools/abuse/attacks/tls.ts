import { randomBytes } from 'node:crypto'
import type { Attack } from '../attack.ts'
import { many } from '../client.ts'
import { Tally } from '../tally.ts'
import { tcp, tls, Wire } from '../wire.ts'

const codeOf = (e: unknown): string => (e as NodeJS.ErrnoException).code ?? (e as Error).message

export const handshakes: readonly Attack[] = [
  {
    name: 'tls/renegotiation',
    prepare: (arena) => async () => {
      const tally = new Tally()
      await many(arena, arena.times(10), 10, async () => {
        const socket = await tls(arena, 'http/1.1', { maxVersion: 'TLSv1.2' })
        const wire = new Wire(socket)
        for (let i = 0; i < 100 && wire.end === undefined && !arena.signal.aborted; i++) {
          const granted = new Promise<boolean>((resolve) => {
            socket.once('close', () => resolve(false))
            socket.renegotiate({ rejectUnauthorized: false }, (e) => resolve(e === null))
          })
          const silent = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 1000))
          const ok = await Promise.race([granted, silent])
          tally.add(ok ? 'renegotiated' : 'refused')
          if (!ok) break
        }
        socket.destroy()
      })
      return tally
    },
  },
  {
    name: 'tls/handshakes without a request',
    prepare: (arena) => async () => {
      const tally = new Tally()
      await many(arena, arena.times(1000), 10, async () => {
        await tls(arena, 'h2').then(
          (socket) => {
            tally.add('closed')
            socket.destroy()
          },
          (e) => tally.add(codeOf(e)),
        )
      })
      return tally
    },
  },
  {
    name: 'tls/noise',
    prepare(arena) {
      const noise = Array.from({ length: 50 }, (_, i) =>
        Buffer.concat([Buffer.from(i % 2 === 0 ? '160301ffff01' : '', 'hex'), randomBytes(20_000)]),
      )
      return async () => {
        const tally = new Tally()
        await many(arena, arena.times(500), 20, async (i) => {
          try {
            const wire = new Wire((await tcp(arena)).resume())
            await wire.send(noise[i % noise.length]!)
            await wire.ended(300)
            wire.settle(tally)
          } catch (e) {
            tally.add(codeOf(e))
          }
        })
        return tally
      }
    },
  },
]
