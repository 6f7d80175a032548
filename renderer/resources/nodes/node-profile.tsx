import { Button } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { clusterPath, request } from '../../kube/fetch.ts'
import { CaptureChoice } from '../../tools/captures/capture-choice.tsx'
import { type Capture, Shelf, useShelf } from '../../tools/captures/shelf.ts'
import { useChoice } from '../../tools/captures/use-choice.ts'
import { type Profile, readProfile } from '../../tools/profile/pprof.ts'
import { sameTypes } from '../../tools/profile/profile-diff.ts'
import { ProfileDiffView } from '../../tools/profile/profile-diff-view.tsx'
import { ProfileView } from '../../tools/profile/profile-view.tsx'
import { ErrorView } from '../../ui/error-view.tsx'
import { Icon } from '../../ui/icon.tsx'
import { save } from '../../ui/save.ts'
import { exactMoment } from '../../ui/since.ts'

interface Taken {
  /** The name of its file for one that was opened. */
  kind: 'cpu' | 'heap' | { file: string }
  bytes: Uint8Array<ArrayBuffer>
  profile: Profile
}

/** By context and node. */
const shelf = new Shelf<Taken>()
const secondChoices = [1, 5, 10, 30]
/** A CPU profile and a heap's hold nothing that could be compared. */
const comparable = (a: Capture<Taken>, b: Capture<Taken>): boolean => sameTypes(a.content.profile, b.content.profile)

export function NodeProfile({ context, node }: { context: string; node: string }) {
  const { t, i18n } = useTranslation()
  const key = `${context}|${node}`
  const [seconds, setSeconds] = useState(5)
  const captures = useShelf(shelf, key)
  const choice = useChoice(captures, comparable)
  const { shown, against, show } = choice
  const [running, setRunning] = useState<{ kind: 'cpu' | 'heap'; abort: AbortController }>()
  const [error, setError] = useState<unknown>()
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => () => running?.abort.abort(), [running])

  const keep = async (kind: Taken['kind'], bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
    const profile = await readProfile(bytes)
    show(shelf.add(key, Date.now(), { kind, bytes, profile }).id)
  }
  const take = async (kind: 'cpu' | 'heap'): Promise<void> => {
    const abort = new AbortController()
    setRunning({ kind, abort })
    setError(undefined)
    try {
      const path = kind === 'cpu' ? `profile?seconds=${seconds}` : 'heap'
      const url = clusterPath(context, `/api/v1/nodes/${encodeURIComponent(node)}/proxy/debug/pprof/${path}`)
      await keep(kind, new Uint8Array(await (await request(url, { signal: abort.signal })).arrayBuffer()))
    } catch (thrown) {
      if (!abort.signal.aborted) setError(thrown)
    } finally {
      if (!abort.signal.aborted) setRunning(undefined)
    }
  }
  const cancel = (): void => {
    running?.abort.abort()
    setRunning(undefined)
  }
  const openFile = async (file: File | undefined): Promise<void> => {
    if (!file) return
    setError(undefined)
    try {
      await keep({ file: file.name }, new Uint8Array(await file.arrayBuffer()))
    } catch (thrown) {
      setError(thrown)
    }
  }
  const nameOf = ({ number, at, content: { kind } }: Capture<Taken>): string =>
    `${number} · ${typeof kind === 'object' ? kind.file : `${t(`profile.${kind}`)} · ${exactMoment(at, i18n.language)}`}`
  return (
    <div>
      <div className="log-bar">
        <Button onClick={() => void take('cpu')} disabled={running !== undefined}>
          {t('profile.cpu')}
        </Button>
        <select
          className="select"
          aria-label={t('profile.seconds')}
          value={seconds}
          onChange={(event) => setSeconds(Number(event.target.value))}
        >
          {secondChoices.map((choice) => (
            <option key={choice} value={choice}>
              {t('profile.secondsChoice', { count: choice })}
            </option>
          ))}
        </select>
        <Button variant="default" onClick={() => void take('heap')} disabled={running !== undefined}>
          {t('profile.heap')}
        </Button>
        <button type="button" className="icon-button" title={t('profile.openHint')} onClick={() => input.current?.click()}>
          {t('profile.open')}
        </button>
        <input
          ref={input}
          type="file"
          hidden
          aria-label={t('profile.open')}
          onChange={(event) => {
            void openFile(event.target.files?.[0])
            event.target.value = ''
          }}
        />
        {shown && !running && (
          <button
            type="button"
            className="icon-button"
            onClick={() => void save(fileName(node, shown.content.kind), new Blob([shown.content.bytes]))}
          >
            <Icon name="save" size={14} />
            {t('profile.save')}
          </button>
        )}
        <CaptureChoice choice={choice} nameOf={nameOf} />
      </div>
      {running && (
        <div className="notice" role="status">
          {running.kind === 'cpu' ? t('profile.running', { count: seconds, node }) : t('common.loading')}
          <button type="button" className="icon-button" onClick={cancel}>
            {t('common.cancel')}
          </button>
        </div>
      )}
      {error !== undefined && <ErrorView error={error} />}
      {shown && against ? (
        <ProfileDiffView key={`${against.id} ${shown.id}`} before={against.content.profile} after={shown.content.profile} />
      ) : shown ? (
        <ProfileView key={shown.id} profile={shown.content.profile} />
      ) : (
        !running && error === undefined && <p className="profile-hint dim">{t('profile.hint', { node })}</p>
      )}
    </div>
  )
}

const fileName = (node: string, kind: Taken['kind']): string => (typeof kind === 'object' ? kind.file : `${node}-${kind}.pb.gz`)
