#!/bin/bash
# Runs inside the container: every check, and the sum of them.
results=/var/results
for checks in enforcer device outage; do python3 "/opt/checks/${checks}_checks.py" >>$results 2>&1; done
python3 /opt/checks/daemon_checks.py >>$results 2>&1
python3 /opt/checks/lock_checks.py >>$results 2>&1
passed=$(grep -c '^ok ' $results)
failed=$(grep -c -e '^FAILED ' -e '^Traceback ' $results)
echo "$passed passed, $failed failed" >>$results
