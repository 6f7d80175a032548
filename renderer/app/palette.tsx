import { Modal, useMantineColorScheme } from '@mantine/core'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { actingAs, baseContext } from '../kube/acting.ts'
import type { Resource } from '../kube/resource.ts'
import { resourceKey } from '../kube/resource.ts'
import { kindWord } from '../kube/kind-word.ts'
import { contextsQuery, useContexts } from '../queries/contexts.ts'
import { useResources } from '../queries/discovery.ts'
import { bridge } from '../ui/bridge.ts'
import { type Place, useGo, usePlace } from '../ui/place.ts'
import { actionsOf } from '../resources/actions.ts'
import { useAct } from '../tools/actions/act-context.ts'
import { offeredFor } from '../tools/actions/action.ts'
import { rightsPlace } from '../tools/rights/links.tsx'
import { useCompose } from '../tools/apply/compose-context.ts'
import { useLastDone } from '../tools/actions/journal.ts'
import { logsTab, useDock } from '../tools/dock/dock-context.ts'
import { askPerson } from '../tools/rights/question.ts'
import { languages } from './i18n/setup.ts'
import { useNamespaces } from './namespaces.ts'
import { type Entry, hasWords } from './palette-entry.ts'
import { useObjects } from './palette-objects.ts'
import { useLocalGuard } from './local-guard.tsx'
import { type Located, useCurrentTarget } from './targets.ts'
import './palette.css'

/** `text` opens it with that text; `:` first means kinds only, as in k9s. */
export function Palette({ text, onClose }: { text: string | undefined; onClose(): void }) {
  const { t } = useTranslation()
  return (
    <Modal
      opened={text !== undefined}
      onClose={onClose}
      withCloseButton={false}
      padding={0}
      size={620}
      yOffset="12vh"
      trapFocus
      attributes={{ content: { 'aria-label': t('palette.open') } }}
    >
      {text !== undefined && <PaletteBody initial={text} onClose={onClose} />}
    </Modal>
  )
}

function PaletteBody({ initial, onClose }: { initial: string; onClose(): void }) {
  const { t } = useTranslation()
  const [text, setText] = useState(initial)
  const [chosen, setChosen] = useState<string>()
  const kindsOnly = text.startsWith(':')
  const wanted = text.replace(/^:/, '').trim().toLowerCase()
  // `:deploy shop`: a kind, and where.
  const [kindWanted = '', ...scope] = kindsOnly ? wanted.split(/\s+/) : [wanted]
  const kindEntries = useKinds(kindWanted, scope.join(' '))
  const { entries: objectEntries, note, looking } = useObjects(kindsOnly ? '' : wanted)
  const { entries: actionEntries, settled } = useActionEntries(kindsOnly ? '\0' : wanted)
  const commandEntries = useCommands(kindsOnly ? '\0' : wanted)
  // A kind whose name merely contains the text comes after the objects that are called so.
  const [near, far] = [kindEntries.filter((entry) => entry.rank < 2), kindEntries.filter((entry) => entry.rank >= 2)]
  const entries: Entry[] = kindsOnly
    ? kindEntries
    : [
        ...(wanted === '' ? actionEntries : []),
        ...near.slice(0, 6),
        ...(wanted === '' ? [] : actionEntries),
        ...objectEntries,
        ...far.slice(0, 6),
        ...commandEntries,
      ]
  // What comes later moves nothing away from under the mark.
  const at = Math.max(0, chosen === undefined ? 0 : entries.findIndex(({ id }) => id === chosen))
  const mark = (index: number): void => setChosen(entries[index]?.id)
  const list = useRef<HTMLUListElement>(null)
  const [entered, setEntered] = useState(false)
  useEffect(() => {
    setChosen(undefined)
    setEntered(false)
  }, [text])
  const input = useRef<HTMLInputElement>(null)
  // At once: what is typed right after the key that opens it belongs here.
  useLayoutEffect(() => input.current?.focus(), [])
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }, [at])
  const pick = (entry: Entry | undefined): void => {
    if (!entry) return
    onClose()
    entry.run()
  }
  // Enter means the best that there is for these words, which may be an action of an object that is still being read.
  useEffect(() => {
    if (entered && settled) pick(entries[at])
  }, [entered, settled])
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && entries.length > 0) mark((at + step + entries.length) % entries.length)
    else if (event.key === 'Enter' && at === 0 && !kindsOnly && !settled && !entered) setEntered(true)
    else if (event.key === 'Enter') pick(entries[at])
    else return
    event.preventDefault()
  }
  return (
    <div className="palette">
      <input
        ref={input}
        className="palette-input"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-label={t('palette.open')}
        data-autofocus
        aria-activedescendant={entries[at] ? `palette-${at}` : undefined}
        placeholder={t('palette.hint')}
        value={text}
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <ul id="palette-list" ref={list} role="listbox" aria-label={t('palette.open')} className="palette-list" hidden={entries.length === 0}>
        {entries.map((entry, index) => (
          <li
            key={entry.id}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === at}
            onPointerMove={() => mark(index)}
            onClick={() => pick(entry)}
          >
            <span className="palette-group">{t(`palette.${entry.group}`)}</span>
            <span className="ellipsis">{entry.text}</span>
            {entry.note && <span className="dim ellipsis palette-note">{entry.note}</span>}
          </li>
        ))}
      </ul>
      {entries.length === 0 && !looking && <p className="dim palette-none">{t('common.nothing')}</p>}
      <p className="dim palette-said" role="status">
        {entered && !settled ? t('palette.waiting') : note}
      </p>
    </div>
  )
}

/** 0 is best; undefined is no match. Short names and beginnings come first. */
export function kindRank(resource: Resource, wanted: string): number | undefined {
  if (wanted === '') return 3
  const names = [resource.plural, resource.singular, resource.kind.toLowerCase(), ...resource.shortNames]
  if (names.includes(wanted)) return 0
  if (names.some((name) => name.startsWith(wanted))) return 1
  return resourceKey(resource).includes(wanted) || resource.kind.toLowerCase().includes(wanted) ? 2 : undefined
}

function useKinds(wanted: string, scope: string): (Entry & { rank: number })[] {
  const place = usePlace()
  const go = useGo()
  const all = useResources(place.context)
  const { t } = useTranslation()
  const { choices } = useNamespaces(place.context)
  return useMemo(
    () =>
      all
        .flatMap((resource) => {
          const rank = kindRank(resource, wanted)
          return rank === undefined ? [] : [{ resource, rank }]
        })
        .sort((a, b) => a.rank - b.rank)
        .flatMap(({ resource, rank }) =>
          scopesOf(scope, resource.namespaced, choices).map(({ namespace, filter, text }) => ({
            rank,
            id: `kind ${resourceKey(resource)} ${text}`,
            group: 'kinds' as const,
            text: [resource.kind, namespace !== undefined && t('palette.in', { namespace }), filter].filter(Boolean).join(' '),
            note: [resourceKey(resource), ...resource.shortNames].join(' · '),
            run: () =>
              go({ resource: resourceKey(resource), object: undefined, filter, ...(namespace === undefined ? {} : { namespace }) }),
          })),
        ),
    [all, wanted, scope, choices, go, t],
  )
}

/** What a second word may mean: a namespace by its name or the beginning of it, else what the list is filtered by. */
function scopesOf(
  scope: string,
  namespaced: boolean,
  choices: readonly { name: string }[],
): { namespace?: string; filter: string; text: string }[] {
  if (scope === '') return [{ filter: '', text: '' }]
  const found = namespaced ? choices.filter(({ name }) => name.startsWith(scope)).slice(0, 4) : []
  found.sort((a, b) => Number(b.name === scope) - Number(a.name === scope))
  return [...found.map(({ name }) => ({ namespace: name, filter: '', text: name })), { filter: scope, text: `?${scope}` }]
}

const lookMs = 100
/** So long an object that is opening is waited for: by then it may be another line that is best. A second Enter waits no more. */
const patienceMs = 10_000

/** What can be done to what is chosen or open; `settled` once that is known. */
function useActionEntries(wanted: string): { entries: Entry[]; settled: boolean } {
  const { t, i18n } = useTranslation()
  const act = useAct()
  const opening = usePlace().object !== undefined
  const current = useCurrentTarget()
  const ask = useRef(current)
  const [{ located, sure }, setLooked] = useState<{ located?: Located | undefined; sure: boolean }>({ sure: false })
  const [late, setLate] = useState(false)
  const found = sure && located !== undefined
  // What is open may come after the palette did, with or without another key.
  useEffect(() => {
    if (found) return undefined
    const look = async (): Promise<void> => {
      const target = await ask.current(false)
      // While an object is opening, the row that it was opened from is not what is meant.
      const meant = !opening || target?.object !== undefined || target?.chosen === true
      setLooked((before) =>
        target === undefined && before.located === undefined && before.sure === meant ? before : { located: target, sure: meant },
      )
    }
    void look()
    const timer = setInterval(() => void look(), lookMs)
    return () => clearInterval(timer)
  }, [found, opening])
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), patienceMs)
    return () => clearTimeout(timer)
  }, [])
  const last = useLastDone()
  const { target, object } = located ?? {}
  const [only] = target?.objects ?? []
  const what =
    target &&
    (target.objects.length === 1 && only
      ? `${target.resource.kind} ${only.name}`
      : t('loops.counted', { count: target.objects.length, kind: kindWord(target.resource, target.objects.length, i18n.language) }))
  const entries: Entry[] = target
    ? offeredFor(actionsOf(target.resource), target, object).map((action) => ({
        id: `action ${action.id}`,
        group: 'actions',
        text: t(`actions.${action.id}.name`),
        note: what,
        run: () => act(action, target),
      }))
    : []
  if (last) {
    entries.push({
      id: 'action take back',
      group: 'actions',
      text: t('actions.takeBack.name'),
      note: last.title,
      run: () => act(last.undo, last.target),
    })
  }
  return { entries: entries.filter((entry) => hasWords(entry, wanted)), settled: sure || late }
}

function useCommands(wanted: string): Entry[] {
  const { t, i18n } = useTranslation()
  const go = useGo()
  const place = usePlace()
  const dock = useDock()
  const compose = useCompose()
  const { data: contexts } = useContexts()
  const { setColorScheme } = useMantineColorScheme()
  const local = useLocalGuard()
  const client = useQueryClient()
  const to = (change: Partial<Place>) => () => go(change)
  const commands: { text: string; note?: string; run(): void }[] = [
    { text: t('rail.home'), run: to({ resource: '', object: undefined }) },
    { text: t('clusters.title'), run: to({ resource: 'clusters', object: undefined, filter: '' }) },
    { text: t('apply.title'), note: 'apply', run: () => compose() },
    { text: t('graph.title'), note: place.namespace, run: to({ resource: 'topology', object: undefined }) },
    { text: t('controlLoops.title'), note: 'workqueue, leader, scheduler', run: to({ resource: 'loops', object: undefined }) },
    { text: t('helm.title'), note: 'helm', run: to({ resource: 'helm', object: undefined }) },
    {
      text: t('logs.ofSelector'),
      note: place.namespace || t('namespaces.all'),
      run: () => dock.add(logsTab({ context: place.context, namespace: place.namespace, title: t('logs.ofSelector'), selector: '' })),
    },
    { text: t('rights.title'), note: 'rbac, auth can-i, who-can', run: to({ resource: rightsPlace, object: undefined, filter: '' }) },
    { text: t('person.title'), note: 'certificate, token', run: to({ resource: rightsPlace, object: undefined, filter: askPerson }) },
    {
      text: t('acting.choose'),
      note: 'impersonate, --as',
      run: to({ resource: rightsPlace, object: undefined, filter: 'ask=subject&kind=User' }),
    },
    ...(actingAs(place.context) ? [{ text: t('acting.stop'), run: to({ context: baseContext(place.context) }) }] : []),
    { text: t('namespaces.all'), run: to({ namespace: '' }) },
    ...(['auto', 'light', 'dark'] as const).map((scheme) => ({
      text: t(`theme.${scheme}`),
      note: t('theme.label'),
      run: () => setColorScheme(scheme),
    })),
    ...languages.map(({ code, name }) => ({ text: name, note: t('language.label'), run: () => void i18n.changeLanguage(code) })),
    ...(['start', 'stop', 'restart'] as const).map((command) => ({
      text: t(`local.${command}`),
      note: t('local.name'),
      run: () => local(command),
    })),
    ...(bridge
      ? [
          {
            text: t('contexts.add'),
            run: () => void addKubeconfig(client),
          },
        ]
      : []),
    ...(contexts ?? []).map((c) => ({
      text: c.name,
      note: t('contexts.switch'),
      run: to({ context: c.name, resource: '', object: undefined, namespace: c.namespace }),
    })),
  ]
  return commands
    .filter((command) => hasWords(command, wanted))
    .map((command) => ({ id: `command ${command.note ?? ''} ${command.text}`, group: 'commands', ...command }))
}

async function addKubeconfig(client: QueryClient): Promise<void> {
  if (await bridge?.addKubeconfig()) await client.invalidateQueries({ queryKey: contextsQuery.queryKey })
}
