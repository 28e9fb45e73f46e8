/** The page's script: reads the small data, draws the panels, and follows the address. */
import 'uplot/dist/uPlot.min.css'
import './style.css'
import { render } from 'preact'
import type { PageData } from '../page-data.ts'
import { Shell } from './shell.tsx'
import { View } from './view-state.ts'

const page = JSON.parse(document.getElementById('data')!.textContent!) as PageData
document.title = `${page.headline.word} · ${page.title}`
const view = new View(page.charts.endS * 1e9, location.hash)
render(<Shell page={page} view={view} />, document.getElementById('page')!)
