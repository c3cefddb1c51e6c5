// Prints `tests: N passed, N failed` from the reports in a folder; a failed suite without a report counts as one failure.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ...failedSuites] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const file of readdirSync(folder)) {
  const report = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
}
for (const suite of failedSuites) if (!existsSync(join(folder, `${suite}.json`))) failed += 1;
if (failedSuites.length > 0 && failed === 0) failed = failedSuites.length;
console.log(`\ntests: ${passed} passed, ${failed} failed`);
