/**
 * Every interface that a plug-in implements, and nothing else. A system says how its nodes start, when
 * it is ready and how clients speak to it; a workload what clients do and who judges it; a fault how it
 * is planned, injected, proven and healed. The harness knows none of them by name.
 */
import type { z } from 'zod'
import type { Checker } from '../checkers/checker.ts'
import type { Call } from '../checkers/history.ts'
import type { Evidence, Json } from '../checkers/ledger.ts'
import type { Schedule } from '../results/schedule.ts'
import type { Ability } from './capabilities/abilities.ts'
import type { Clocks } from './capabilities/clocks.ts'
import type { Disks } from './capabilities/disks.ts'
import type { Logs } from './capabilities/logs.ts'
import type { Membership, MembershipProtocol } from './capabilities/membership.ts'
import type { Messages } from './capabilities/messages.ts'
import type { Network } from './capabilities/network.ts'
import type { Processes } from './capabilities/processes.ts'
import type { Resources } from './capabilities/resources.ts'
import type { Traffic } from './capabilities/traffic.ts'
import type { ConsistencyModel } from './consistency.ts'
import type { Image, NodeSpec } from './container.ts'
import type { Generator } from './generator.ts'
import type { StartProgram } from './program.ts'
import type { Random } from './random.ts'
import type { Topology } from './topology.ts'

export type { Checker } from '../checkers/checker.ts'
export type { Call, Key } from '../checkers/history.ts'
export type { Evidence, Json } from '../checkers/ledger.ts'
export type { PlannedEpisode, Schedule, Trigger } from '../results/schedule.ts'
export type { Ability } from './capabilities/abilities.ts'
export type {
  ClockReading,
  ClockScope,
  ClockStatement,
  Clocks,
  Skew,
} from './capabilities/clocks.ts'
export type {
  DataEdit,
  DataFile,
  DataPlace,
  DiskAnswer,
  Disks,
  PowerLoss,
} from './capabilities/disks.ts'
export type { Logs, PrintedLine } from './capabilities/logs.ts'
export {
  keepsMajority,
  type MemberList,
  type Members,
  type Membership,
  type MembershipProtocol,
} from './capabilities/membership.ts'
export type { Conversation, Messages } from './capabilities/messages.ts'
export type { Grudge, LinkProbe, Network } from './capabilities/network.ts'
export type { Ending, NodeProcess, Processes, ProcessState } from './capabilities/processes.ts'
export type { CpuUse, FileUse, MemoryUse, Resources } from './capabilities/resources.ts'
export {
  CLIENTS,
  type Echo,
  type EchoOptions,
  type EchoReply,
  type Link,
  type Shaping,
  type ShapingCount,
  type Traffic,
} from './capabilities/traffic.ts'
export type { CiOptions } from './ci/config.ts'
export { monotonicMs } from './clock.ts'
export { clocksHold, type ShiftedProcesses, shiftedProcesses } from './clock-evidence.ts'
export type { ConsistencyModel, IsolationLevel } from './consistency.ts'
export type { Image, NodeSpec } from './container.ts'
export * from './damage.ts'
export * from './disk-evidence.ts'
export { BrokenClient, DefiniteError, Refused, UsageError } from './errors.ts'
export type { Generator } from './generator.ts'
export * from './links.ts'
export { programSpec } from './node/spec.ts'
export {
  type Body,
  type ErrorName,
  errorCodes,
  isDefinite,
  type Message,
  type Program,
  refusal,
  type StartProgram,
  type Storage,
  type World,
} from './program.ts'
export type { Protocol, Target } from './protocol.ts'
export { type Random, random } from './random.ts'
export {
  mayHit,
  minorityOf,
  planTargets,
  resolveTargets,
  type Targets,
  targets,
  unknownTargets,
} from './targets.ts'
export type { Topology } from './topology.ts'

// ---------------------------------------------------------------- clients

/** What a workload's calls act on; a system has one client for each that it speaks: `register`, `set`. */
export type DataType = string

/**
 * One connection of one logical process. It never retries and never reconnects by itself.
 */
export interface Client<C extends Call = Call> {
  /**
   * Performs one call and returns the value that completes it (`ok`). Throws `DefiniteError` when the
   * call certainly did not and will not happen (`fail`); anything else thrown means that it may have
   * (`info`), unless the workload lists `call.f` as safe. `signal` aborts at the operation's time-out.
   */
  invoke(call: C, signal: AbortSignal): Promise<C['value']>
  close(): Promise<void>
}

export interface ClientContext {
  readonly cluster: Cluster
  /** The node this client belongs to: clients are spread evenly over the nodes that serve clients. */
  readonly node: ClusterNode
  /** The values of the system's options in this run. */
  readonly options: OptionValues
  /** How long an operation may take before it is indeterminate, ms; absent outside a run. */
  readonly timeoutMs?: number
}

/** Opens one client. A client that cannot open makes its operation `fail`: nothing was sent. */
export type OpenClient<C extends Call = Call> = (context: ClientContext) => Promise<Client<C>>

// ---------------------------------------------------------------- options

/** An option of a system or a workload, given as `--option name=value`. */
export interface Option {
  readonly summary: string
  readonly default: string
  /** The values allowed; absent: any whole number. */
  readonly choices?: readonly string[]
  /** What a hunt draws from where nothing is asked for; absent: the default. */
  readonly drawn?: readonly string[]
}
export type Options = Readonly<Record<string, Option>>
export type OptionValues = Readonly<Record<string, string>>

// ---------------------------------------------------------------- systems

/** What the makers of a system claim for one data type. */
export interface Claim {
  readonly model: ConsistencyModel
  /** Their words in short, with the source: shown in the report beside what was found. */
  readonly says: string
  /**
   * How soon clients are answered again when no fault is left, ms, on a machine that has time for it: judged
   * in simulations, where nobody else takes the nodes' time.
   */
  readonly progressMs?: number
}

/** One member of a cluster before it runs. Names are unique in the cluster: `n1`, `s2`. */
export interface Member {
  readonly name: string
  /** What it does in its system: `server`, `sentinel`. Faults may target a role. */
  readonly role: string
  /** Whether workload clients belong to it. */
  readonly serves: boolean
}

/** A member with the address it will have. */
export interface Peer extends Member {
  readonly address: string
}

/** What a node of a tested system says that its wall clock shows. */
export interface WallTime {
  /** ms since 1970, give or take `withinMs`: how finely the system speaks of time. */
  readonly ms: number
  readonly withinMs: number
}

export interface System {
  /** One line for `schism list`. */
  readonly summary: string
  readonly image: Image
  /** The version the image holds, as people name it. */
  readonly version: string
  /** How `--nodes` may be set. */
  readonly sizes: { readonly default: number; readonly allowed: readonly number[] }
  readonly options: Options
  /** The cluster's members for `--nodes n`. */
  members(nodes: number): readonly Member[]
  /** How one of them, or of the helpers, starts. */
  spec(node: Peer, peers: readonly Peer[], options: OptionValues): NodeSpec
  /** Run beside the members, because these need them: no fault and no client touches them. */
  readonly helpers?: readonly Member[]
  /** The image of a member or helper, where not all have the same. */
  imageOf?(member: Member): Image
  /** Returns when the whole cluster serves; throws with the reason while it does not. Polled with a deadline. */
  ready(cluster: Cluster, signal: AbortSignal): Promise<void>
  /** The nodes that say at this moment that they lead. Enables faults by role and leader-change counts. */
  primaries?(cluster: Cluster, signal: AbortSignal): Promise<readonly string[]>
  /** What time it is on a node, in its own words; undefined when it cannot say. Evidence of clock faults. */
  wallTime?(node: ClusterNode, cluster: Cluster, signal: AbortSignal): Promise<WallTime | undefined>
  /** How nodes are added and removed while it serves. Enables `grow`, `shrink` and `replace`. */
  readonly membership?: MembershipProtocol
  /**
   * It promises nothing any more once a node has lost its disk for good. Absent: it survives that on a minority
   * of those that do the same work.
   */
  readonly needsDisks?: true
  /** What a node runs: enables the simulated cluster. Its container runs the same. */
  program?(node: Peer, peers: readonly Peer[], options: OptionValues): StartProgram
  readonly clients: Readonly<Record<DataType, OpenClient>>
  claims(options: OptionValues): Readonly<Record<DataType, Claim>>
}

// ---------------------------------------------------------------- clusters

/** A node of a running cluster. */
export interface ClusterNode extends Member {
  /** Its address inside the cluster. */
  readonly address: string
  /** Where the harness reaches one of its ports. */
  endpoint(port: number): { readonly host: string; readonly port: number }
}

/**
 * A running cluster. Capabilities that a kind of cluster lacks are absent; what a capability's methods
 * need of the machine is an `Ability`, checked before the cluster starts.
 */
export interface Cluster {
  readonly nodes: readonly ClusterNode[]
  readonly network?: Network
  readonly traffic?: Traffic
  readonly processes?: Processes
  readonly clocks?: Clocks
  readonly disks?: Disks
  readonly resources?: Resources
  readonly membership?: Membership
  readonly logs?: Logs
  /** How clients speak to nodes of a reference system. */
  readonly messages?: Messages
  /** What an injection draws from (`one`, `minority`): an episode's own stream; absent outside a run. */
  readonly random?: Random
  /** Steady ms on the cluster's time, which is virtual in a simulation. */
  uptimeMs(): number
  /** Waits on that time; returns early, without an error, when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Runs a command in a node and returns what it printed. @throws when it exits with another code than 0 */
  exec(node: string, argv: readonly string[]): Promise<string>
  /** The nodes that lead now; empty when none does or nobody can say. */
  primaries(): Promise<readonly string[]>
  /** Returns when the system serves, as far as it can tell. @throws after `deadlineMs`, with the reason */
  awaitReady?(deadlineMs: number, signal: AbortSignal): Promise<void>
}

// ---------------------------------------------------------------- workloads

/** What clients do in one run and who judges it. */
export interface Plan<C extends Call = Call> {
  /** While faults come and go. */
  readonly generator: Generator<C>
  /** After the heal, when the cluster serves again. */
  readonly final?: Generator<C>
  /** By the name that stands in the verdict. */
  readonly checkers: Readonly<Record<string, Checker<C>>>
}

export interface PlanContext {
  readonly random: Random
  /** Client threads: process numbers start as 0 … threads-1. */
  readonly threads: number
  readonly options: OptionValues
  /** The consistency model that the system claims for the data type: what is judged where a workload knows several. */
  readonly claimed: string
}

export interface Workload<C extends Call = Call> {
  /** One line for `schism list`. */
  readonly summary: string
  /** The data type whose client it drives. */
  readonly client: DataType
  /** The `f`s that change nothing: an indeterminate one is a `fail`, not an `info`. */
  readonly safe: readonly C['f'][]
  readonly options: Options
  plan(context: PlanContext): Plan<C>
}

// ---------------------------------------------------------------- faults

/** What an injection really did. */
export interface Injection<D extends Json = Json> {
  readonly targets: readonly string[]
  /** The plan with its roles resolved. */
  readonly done: D
}

/**
 * One fault. `P` is its plan: pure JSON, made from the seed before the run, recorded, replayable; `D` is
 * what an injection really did.
 */
export interface Fault<P extends Json = Json, D extends Json = Json> {
  /** One line for `schism list`. */
  readonly summary: string
  /** Checks a plan from a file. */
  readonly schema: z.ZodType<P>
  /** The node names that a plan mentions and the cluster lacks: refused before anything starts. */
  unknownNodes(plan: P, topology: Topology): readonly string[]
  /**
   * Why this plan must not run on this cluster, beyond names (`wipe` of a majority): one line, refused
   * before anything starts; undefined when it may.
   */
  refuses?(plan: P, topology: Topology): string | undefined
  /**
   * What of its targets it acts on; `node`: they stop altogether, or leave. A generated schedule lets two
   * faults overlap only when they act on different things, and with one that stops nodes only when the other
   * is on other nodes: a pause of a killed node would show nothing. Absent: it overlaps with no other.
   */
  readonly acts?: 'links' | 'clock' | 'disk' | 'resources' | 'node'
  /**
   * An injection replaces the one before as a whole (`partition`: the new cuts and no others), so that
   * episodes that follow each other without a pause need no moment of health between them.
   */
  readonly replaces?: true
  /** How often storms of a hunt have it, against 1 for others: what bug studies find behind most failures. */
  readonly weight?: number
  /** What every plan of it needs: a machine that lacks it is told so before the cluster starts. */
  readonly needs: readonly Ability[]
  /** What this plan needs beyond that. */
  needsFor?(plan: P): readonly Ability[]
  /** How it is proven, in words: for the documentation. */
  readonly evidence: string
  /**
   * One plan from the seed. `nth` is how many of this fault the schedule has already: the plans that
   * find most (bug studies: one isolated node, the leader) come first.
   */
  plan(topology: Topology, random: Random, nth: number): P
  /** Injects it and returns when it is installed. */
  inject(cluster: Cluster, plan: P): Promise<Injection<D>>
  /** Did it take hold? Read from the system or its kernel. */
  observe(cluster: Cluster, injection: Injection<D>): Promise<Evidence>
  /** Undoes all that `inject` could have done. Idempotent; needs nothing that `inject` remembered. */
  heal(cluster: Cluster): Promise<void>
  /** Is it gone? */
  healed(cluster: Cluster, injection: Injection<D>): Promise<Evidence>
}

// ---------------------------------------------------------------- templates

/** A number that a template depends on, given as `--template NAME:key=value`. */
export interface Parameter {
  /** What it is, with its unit. */
  readonly summary: string
  readonly default: number
  readonly from: number
  readonly to: number
  readonly whole?: true
}

export interface TemplateContext {
  readonly topology: Topology
  readonly random: Random
}

/** A fault schedule with a name, known from the literature or from a bug. */
export interface Template {
  /** One line for `schism list`. */
  readonly summary: string
  /** Where it comes from: the paper, issue or tool. */
  readonly source: string
  readonly parameters: Readonly<Record<string, Parameter>>
  /** What a cluster must have for it to mean something. */
  readonly needs: { readonly nodes?: number; readonly primaries?: true; readonly membership?: true }
  /** The schedule, pure; `values` has every parameter, in its range. */
  schedule(values: Readonly<Record<string, number>>, context: TemplateContext): Schedule
}
