/** The snapshot of a job, as the live page receives it. */

/** Each figure: expected, low, high.
 * @typedef {{left: number, note: string, rows: {target: number, auto: number[],
 *   answers: number[], hours: number[]|null, money: number[]}[]}} Forecast */

/** @typedef {import('../common/types.js').AuditProgress} AuditProgress */
/** @typedef {{number: number, purpose: string, human: number, auto: number, human_boxes: number,
 *   auto_boxes: number, human_cost: number, auto_cost: number, provisional: boolean}} RoundRow */
/** @typedef {{number: number, purpose: string, state: string,
 *   line: {state: string, status: 'done'|'now'|'later'|'skipped', seconds: number|null}[],
 *   sentence: string, done: number, total: number, unit: string, seconds_left: number|null,
 *   step_error: string|null, attempts: number, worker_seen_s: number|null}} RoundNow */
/** @typedef {{claim: string, status: 'pending'|'certified'|'not_provable'|'refused', sentence: string,
 *   size: number, audited: number, observed: number|null, rest_bound: number|null,
 *   url: string|null}} Certificate */
/** @typedef {{curve: [number, number, number][], threshold: number|null, target: number,
 *   class_thresholds: Record<string, number>, points: [number, number][]}} Calibration */
/** @typedef {{edges: number[], human: number[], auto: number[], human_mean: number|null,
 *   auto_mean: number|null}} Histogram */
/** @typedef {{round: number, loss: [number, number][], done: number, total: number, why: string}} Training */
/** `away`: half of the lease has passed without a sign.
 * @typedef {{id: number, name: string, images: number, checks: number, since: string|null,
 *   until: string, away: boolean}} Holder */
/** @typedef {{at: string,
 *   job: {slug: string, name: string, state: string, assist: boolean, acceptance: string, target: number, risk: number, aim: string,
 *     mode: string, annotators_per_image: number, consolidation: string},
 *   counts: {images: number, human: number, auto: number, excluded: number, left: number,
 *     in_audit: number, certified: number},
 *   round: RoundNow|null, held: Holder[], audit: AuditProgress|null, certificate: Certificate|null,
 *   estimate: {accept_now: number, share: number, threshold: number|null, sentence: string}|null,
 *   forecast: Forecast|null, rounds: RoundRow[],
 *   cost: {total: number, all_human: number, saved_share: number},
 *   calibration: Calibration|null, training: Training|null, histogram: Histogram|null,
 *   people: {id: number, initials: string, name: string, doing: 'draw'|'audit'|'idle',
 *     median_s: number|null, seen_s: number}[], others: number,
 *   events: {at: string, kind: string, text: string}[],
 *   alerts: {level: 'warn'|'bad', text: string}[]}} Snapshot */
/** @typedef {{id: number, kind: 'import'|'export', source: string, format: string, done: number,
 *   total: number|null, state: 'waiting'|'running'|'finished'|'failed', report: Record<string, any>,
 *   error: string, url: string|null, report_url: string|null, size: number|null,
 *   finished_at: string|null}} Transfer */

export {};
