import { useEffect, useMemo, useState } from 'react'
import { mergeLines, type Clash } from '../../kube/merge-lines.ts'
import type { FieldPath } from '../../kube/managed-fields.ts'
import type { KubeObject } from '../../kube/types.ts'
import { pathAt, readDocuments, type YamlDocument } from './documents.ts'
import { yamlText } from './text.ts'
import { askYaml, isLarge, largeText, useWorked } from './yaml-jobs.ts'

/** What is typed rests this long before it is read, ms. */
const restMs = 200

/** An object, and the text of what was made of it. */
export interface Written {
  object: KubeObject
  text: string
}

/**
 * The YAML of what `shape` makes of an object. That of a large one is written by a worker: then it is the text of the newest version that
 * is written, as `object` says, and undefined before the first.
 */
export function useYamlText(object: KubeObject | undefined, shape: (object: KubeObject) => unknown): Written | undefined {
  const input = useMemo(() => {
    if (object === undefined) return undefined
    const shaped = shape(object)
    return { object, shaped, large: isLarge(shaped) }
  }, [object, shape])
  const here = useMemo(() => (input && !input.large ? { object: input.object, text: yamlText(input.shaped) } : undefined), [input])
  const there = useWorked(input?.large ? input : undefined, ({ shaped }) => askYaml('write', shaped).catch(() => yamlText(shaped)))
  const worked = useMemo(() => there && { object: there.input.object, text: there.output }, [there])
  if (input === undefined || here) return here
  // Another object may be shown in this place meanwhile.
  return worked?.object.metadata?.uid === input.object.metadata?.uid ? worked : undefined
}

/** The YAML of a value; undefined for none, and while the worker writes that of a large one. */
export function useWritten(value: unknown): string | undefined {
  const input = useMemo(() => (value === undefined ? undefined : { value, large: isLarge(value) }), [value])
  const here = useMemo(() => (input && !input.large ? yamlText(input.value) : undefined), [input])
  const there = useWorked(input?.large ? input : undefined, ({ value: of }) => askYaml('write', of).catch(() => yamlText(of)))
  return here ?? (there && there.input === input ? there.output : undefined)
}

/** The documents of a text, and the number under which the worker keeps their nodes, where it has read them. */
export interface Reading {
  documents: YamlDocument[]
  reading?: number
}
const nothing: Reading = { documents: [] }

// Without its worker the window is slow with a large text, and not without it.
const readThere = (text: string): Promise<Reading> => askYaml('read', text).catch(() => ({ documents: readDocuments(text) }))

/** The documents of a text, read when the typing rests; `current` says that they are those of this very text. */
export function useReading(text: string | undefined): Reading & { current: boolean } {
  const large = text !== undefined && text.length > largeText
  const [read, setRead] = useState(() => (text === undefined || large ? undefined : { text, documents: readDocuments(text) }))
  useEffect(() => {
    if (text === undefined || large) return undefined
    const timer = setTimeout(() => setRead((before) => (before?.text === text ? before : { text, documents: readDocuments(text) })), restMs)
    return () => clearTimeout(timer)
  }, [text, large])
  const there = useWorked(large ? text : undefined, readThere, restMs)
  if (large) return { ...(there?.output ?? nothing), current: there?.input === text }
  return { ...(read ?? nothing), current: read !== undefined && read.text === text }
}

/** What stands at an offset of the first document; [] where nothing does, or while it is not known. */
export function usePath({ documents, reading }: Reading, offset: number): FieldPath {
  const [document] = documents
  const asked = useMemo(() => (reading === undefined ? undefined : { reading, index: 0, offset }), [reading, offset])
  const there = useWorked(asked, (question) => askYaml('path', question))
  const nodes = document?.document
  const here = useMemo(() => (document && nodes ? pathAt({ ...document, document: nodes }, offset) : undefined), [document, nodes, offset])
  return here ?? (reading === undefined ? undefined : there?.output) ?? none
}
const none: FieldPath = []

/** Three versions of a text in one; undefined while it is not known of these very three. */
export function useMerge(asked: { base: string; mine: string; theirs: string } | undefined): (string[] | Clash)[] | undefined {
  const [base, mine, theirs] = [asked?.base, asked?.mine, asked?.theirs]
  const same = useMemo(
    () => (base === undefined || mine === undefined || theirs === undefined ? undefined : { base, mine, theirs }),
    [base, mine, theirs],
  )
  const large = same !== undefined && Math.max(same.base.length, same.mine.length, same.theirs.length) > largeText
  const here = useMemo(() => (same && !large ? merged(same) : undefined), [same, large])
  const there = useWorked(large ? same : undefined, (texts) => askYaml('merge', texts).catch(() => merged(texts)), restMs)
  return here ?? (there && there.input === same ? there.output : undefined)
}

const merged = ({ base, mine, theirs }: { base: string; mine: string; theirs: string }): (string[] | Clash)[] =>
  mergeLines(lines(base), lines(mine), lines(theirs))

export const lines = (text: string): string[] => text.split('\n')
