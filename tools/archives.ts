import { inflateRawSync } from 'node:zlib'

const END = 0x06054b50
const ENTRY = 0x02014b50
const STORED = 0
const DEFLATED = 8

/** One file out of a zip archive (PKWARE APPNOTE 4.3, without zip64); undefined when it is not in it. */
export function unzipFile(archive: Buffer, name: string): Buffer | undefined {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]))
  if (end === -1 || archive.readUInt32LE(end) !== END) throw new Error('this is not a zip archive')
  const count = archive.readUInt16LE(end + 10)
  let at = archive.readUInt32LE(end + 16)
  for (let i = 0; i < count; i++) {
    if (archive.readUInt32LE(at) !== ENTRY) throw new Error('the zip archive is damaged')
    const nameLength = archive.readUInt16LE(at + 28)
    if (archive.toString('utf8', at + 46, at + 46 + nameLength) === name) return content(archive, at)
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32)
  }
  return undefined
}

function content(archive: Buffer, entry: number): Buffer {
  const method = archive.readUInt16LE(entry + 10)
  const local = archive.readUInt32LE(entry + 42)
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
  const data = archive.subarray(start, start + archive.readUInt32LE(entry + 20))
  if (method === STORED) return data
  if (method === DEFLATED) return inflateRawSync(data)
  throw new Error(`the zip archive uses method ${method}`)
}

/** One file out of a tar archive (POSIX ustar: 512-byte blocks, sizes in octal); undefined when it is not in it. */
export function untarFile(archive: Buffer, name: string): Buffer | undefined {
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0; ) {
    const header = archive.toString('latin1', at, at + 100)
    const size = Number.parseInt(archive.toString('latin1', at + 124, at + 136), 8)
    if (Number.isNaN(size)) throw new Error('the tar archive is damaged')
    if (header.slice(0, header.indexOf('\0')) === name) return archive.subarray(at + 512, at + 512 + size)
    at += 512 + Math.ceil(size / 512) * 512
  }
  return undefined
}
