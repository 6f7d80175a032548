import type { KindPage } from '../page.ts'
import { WorkloadLogsPanel } from '../workloads/logs-panel.tsx'
import { ServiceOverview } from './overview.tsx'
import type { Service } from './types.ts'
import { serviceView } from './view.ts'

export const servicePage: KindPage<Service> = {
  view: serviceView,
  Overview: ServiceOverview,
  tabs: [{ id: 'logs', Panel: WorkloadLogsPanel }],
}
