import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { clusterPath, request } from '../../kube/fetch.ts'
import { LogView } from '../../tools/logs/log-view.tsx'
import { useFileLog } from '../../tools/logs/use-file-log.ts'
import { ErrorView } from '../../ui/error-view.tsx'
import { Icon } from '../../ui/icon.tsx'
import { useGo, usePlace } from '../../ui/place.ts'
import { save } from '../../ui/save.ts'
import { logPath, parseListing, parseLogPath } from './listing.ts'

const nodePath = (context: string, node: string, path: string): string =>
  clusterPath(context, `/api/v1/nodes/${encodeURIComponent(node)}/proxy/${path}`)

/** The kubelet's /logs/: folders to walk through and files to read. */
export function NodeLogs({ context, node }: { context: string; node: string }) {
  const { t } = useTranslation()
  const go = useGo()
  const place = usePlace()
  const { path, file } = parseLogPath(place.path)
  const open = (folders: readonly string[], name?: string): void => go({ path: logPath(folders, name) })
  const crumbs = [t('nodes.logsRoot'), ...path, ...(file ? [file] : [])]
  const folder = `logs/${path.map((part) => `${encodeURIComponent(part)}/`).join('')}`
  return (
    <div className="panel-fill">
      <nav className="crumbs" aria-label={t('nodes.logsPath')}>
        {crumbs.map((crumb, index) => (
          <span key={`${index}-${crumb}`}>
            {index > 0 && <span className="dim">/ </span>}
            {index < crumbs.length - 1 ? (
              <button type="button" className="link-button" onClick={() => open(path.slice(0, index))}>
                {crumb}
              </button>
            ) : (
              <strong>{crumb}</strong>
            )}
          </span>
        ))}
      </nav>
      {file === undefined ? (
        <Listing
          url={nodePath(context, node, folder)}
          onOpen={(entry) => (entry.folder ? open([...path, entry.name]) : open(path, entry.name))}
        />
      ) : (
        <FileLog url={nodePath(context, node, folder + encodeURIComponent(file))} title={`${node}_${file}`} />
      )}
    </div>
  )
}

function Listing({ url, onOpen }: { url: string; onOpen(entry: { name: string; folder: boolean }): void }) {
  const { t } = useTranslation()
  const { data, error, refetch, isPending } = useQuery({
    queryKey: ['node-logs', url],
    queryFn: async ({ signal }) => parseListing(await (await request(url, { signal })).text()),
  })
  if (error) return <ErrorView error={error} onRetry={() => void refetch()} />
  if (isPending) return <p className="empty">{t('common.loading')}</p>
  if (data.length === 0) return <p className="empty">{t('nodes.noLogs')}</p>
  return (
    <ul className="file-list">
      {data.map((entry) => (
        <li key={entry.name}>
          <button type="button" onClick={() => onOpen(entry)}>
            {entry.name}
            {entry.folder && '/'}
          </button>
        </li>
      ))}
    </ul>
  )
}

async function saveFile(url: string, title: string): Promise<void> {
  await save(`${title}.log`, await (await request(url)).blob())
}

function FileLog({ url, title }: { url: string; title: string }) {
  const { t } = useTranslation()
  const [follow, setFollow] = useState(true)
  const stream = useFileLog(url, follow)
  return (
    <LogView
      stream={stream}
      title={title}
      stamped={false}
      follows
      onFollow={setFollow}
      saveWhole={() => void saveFile(url, title)}
      onRetry={stream.reload}
    >
      <button type="button" className="icon-button" onClick={stream.reload} aria-label={t('nodes.reload')} title={t('nodes.reload')}>
        <Icon name="restart" size={14} />
      </button>
    </LogView>
  )
}
