#!/bin/bash
# Runs inside the container: every check, and the sum of them.
results=/var/results
for checks in enforcer device outage daemon lock; do
    python3 "/opt/checks/${checks}_checks.py" >>$results 2>&1 || echo "FAILED $checks checks ended early" >>$results
done
passed=$(grep -c '^ok ' $results)
failed=$(grep -c -e '^FAILED ' -e '^Traceback ' $results)
echo "$passed passed, $failed failed" >>$results
