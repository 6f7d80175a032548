import type { Entry } from '../../cache/entry.ts'
import { writeYaml, writeYamlItem } from '../../codec/yaml-body.ts'
import { stringifyYaml } from '../../codec/yaml.ts'
import type { ListMeta } from '../../machinery/types.ts'
import type { ServedResource } from '../../registry/generic/resource.ts'
import type { ListEnds, ResourceEncoder } from './contract.ts'
import { joinItems, jsonEncoder, servedJson } from './json.ts'
import { emptyList, isUntyped, servedObject, withoutType } from './objects.ts'

/** An element of a list as it stands below the list's field: each is written apart, so that a long list is made bit by bit. */
export const yamlItem = (field: string, value: unknown): Buffer =>
  Buffer.from(stringifyYaml({ [field]: [value] }).slice(`${field}:\n`.length))

const NOTHING = Buffer.alloc(0)

/** `list`, whose `field` is an empty array, around items that `yamlItem` made. */
function yamlEnds(list: object, field: string): ListEnds {
  const text = stringifyYaml(list)
  // No other line begins so: what lies deeper is indented.
  const line = `\n${field}: []\n`
  const at = text.indexOf(line)
  return { head: Buffer.from(`${text.slice(0, at)}\n${field}:\n`), tail: Buffer.from(text.slice(at + line.length)), between: NOTHING }
}

/** A list in YAML of what `empty` makes without items. */
export function yamlList(empty: (meta: ListMeta) => object, field: string): Required<Pick<ResourceEncoder, 'list' | 'ends'>> {
  const ends = (meta: ListMeta): ListEnds => yamlEnds(empty(meta), field)
  return { list: (items, meta) => (items.length === 0 ? [Buffer.from(stringifyYaml(empty(meta)))] : joinItems(ends(meta), items)), ends }
}

/** Each is made anew for each list, and as large as its object. */
const STREAM_YAML_ABOVE = 64

export function yamlEncoder(served: ServedResource): ResourceEncoder {
  const { joined: _, ...base } = jsonEncoder(served, false)
  const forms = servedJson(served)
  const object = (e: Entry): Buffer => Buffer.from(stringifyYaml(servedObject(served, e)))
  const itemObject = (e: Entry): object => (isUntyped(served) ? servedObject(served, e) : withoutType(servedObject(served, e)))
  const item = (e: Entry): Buffer => yamlItem('items', itemObject(e))
  return {
    ...base,
    contentType: 'application/yaml',
    object,
    objectInTurn: (e) => writeYaml(forms.object(e), () => object(e)),
    item,
    itemInTurn: (e) => writeYamlItem('items', forms.item(e), () => item(e)),
    streamAbove: STREAM_YAML_ABOVE,
    ...yamlList(emptyList(served), 'items'),
  }
}
