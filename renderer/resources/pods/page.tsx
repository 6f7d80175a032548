import type { KindPage } from '../page.ts'
import { PodLogsPanel } from './logs-panel.tsx'
import { PodOverview } from './overview.tsx'
import type { Pod } from './types.ts'
import { podView } from './view.ts'

export const podPage: KindPage<Pod> = { view: podView, Overview: PodOverview, tabs: [{ id: 'logs', Panel: PodLogsPanel }] }
