import type { KindPage } from '../page.ts'
import { EventOverview } from './overview.tsx'
import { type Event, eventView } from './view.ts'

export const eventPage: KindPage<Event> = { view: eventView, Overview: EventOverview }
