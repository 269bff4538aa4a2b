import { setTimeout as sleep } from 'node:timers/promises';
import { signalGroup } from '../../process/process-record.ts';
import type { Arena, Contender } from './arena.ts';
import { judgeTakeover, lastVersion, type Takeover } from './audit.ts';

export const faults = ['freeze', 'kill', 'partition'] as const;
export type Fault = (typeof faults)[number];

/** One fault and what came of it. */
export interface Trial {
  fault: Fault;
  /** From the fault until the successor's claim of the Lease, and until its first status write. */
  claimMs: number;
  failoverMs: number;
  /** Accepted writes of the deposed leader after the claim. */
  late: { object: string; afterMs: number }[];
  /** How many of them changed what the successor had written. */
  overwrote: number;
  /** How many more it tried and was refused. */
  refused: number;
  /** How the old leader ended. */
  ended: string;
}

/** The successor works for so long before the fault is healed, so that it has written every object. */
const workMs = 1_000;
/** Late writes on a healed connection arrive within this. */
const lateMs = 500;

/** Strikes the leader, waits for the standby to write, heals, waits for the old one to end and starts it anew. */
export async function runTrial(arena: Arena, fault: Fault): Promise<Trial> {
  const { leader, standby } = await arena.roles();
  // A different moment between two renewals each time.
  await sleep(Math.random() * arena.timing.retryS * 1000);
  const since = lastVersion(await arena.writes());
  const struckAt = Date.now();
  strike(leader, fault);
  const takeover = async (): Promise<Takeover | undefined> =>
    judgeTakeover({ writes: await arena.writes(), from: leader.credential, to: standby.credential, since });
  await arena.until(`${standby.name} writes after ${fault}`, takeover);
  await sleep(workMs);
  heal(leader, fault);
  const ended = await arena.until(`${leader.name} ends after ${fault}`, async () =>
    leader.portolan.process.isRunning() ? undefined : leader.portolan.process.ended,
  );
  await sleep(lateMs);
  const judged = await takeover();
  if (judged === undefined) throw new Error('the audit log lost the takeover');
  await arena.restart(leader);
  const { claimedAtMs, firstWriteAtMs, late, overwrote, refused } = judged;
  return {
    fault,
    claimMs: claimedAtMs - struckAt,
    failoverMs: firstWriteAtMs - struckAt,
    late: late.map(({ object, atMs }) => ({ object, afterMs: atMs - claimedAtMs })),
    overwrote: overwrote.length,
    refused: refused.length,
    ended,
  };
}

function strike({ portolan, proxy }: Contender, fault: Fault): void {
  if (fault === 'partition') proxy.stall();
  else signalGroup(portolan.process.pid, fault === 'freeze' ? 'SIGSTOP' : 'SIGKILL');
}

function heal({ portolan, proxy }: Contender, fault: Fault): void {
  if (fault === 'partition') proxy.resume();
  else if (fault === 'freeze') signalGroup(portolan.process.pid, 'SIGCONT');
}
