import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

/** Sentences about types, fields and parameters. They are no facts of the table: the build takes them from an installed package. */
export interface Descriptions {
  type(name: string): string | undefined
  field(type: string, field: string): string | undefined
  /** By the key of a parameter (parameters.ts). */
  parameter(key: string): string | undefined
}

/** What tools/descriptions.ts writes, gzipped. The text of a type itself stands under the empty name. */
export interface DescriptionTable {
  types: Record<string, Record<string, string>>
  parameters: Record<string, string>
}

export const DESCRIPTION_FILE = 'descriptions.json.gz'

export const noDescriptions: Descriptions = { type: () => undefined, field: () => undefined, parameter: () => undefined }

export function descriptionsOf(table: DescriptionTable): Descriptions {
  const own = <T>(map: Record<string, T> | undefined, key: string): T | undefined =>
    map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined
  return {
    type: (name) => own(own(table.types, name), ''),
    field: (type, field) => own(own(table.types, type), field),
    parameter: (key) => own(table.parameters, key),
  }
}

/** They end where a text lists the values of a field (apiserver `util/openapi/enablement.go`). */
export function withoutValues(all: Descriptions): Descriptions {
  const cut = (text: string | undefined): string | undefined => {
    const at = text?.indexOf('Possible enum values:') ?? -1
    return at < 0 ? text : text!.slice(0, at).trim()
  }
  return { ...all, type: (name) => cut(all.type(name)), field: (type, field) => cut(all.field(type, field)) }
}

/** The table beside the built server; none when the server runs from its sources. */
export async function readDescriptions(file: URL = new URL(DESCRIPTION_FILE, import.meta.url)): Promise<Descriptions> {
  let packed: Buffer
  try {
    packed = await readFile(file)
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === 'ENOENT') return noDescriptions
    throw e
  }
  return descriptionsOf(JSON.parse((await promisify(gunzip)(packed)).toString('utf8')) as DescriptionTable)
}
