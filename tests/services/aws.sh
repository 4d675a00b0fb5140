# Which AWS CLI the suites drive, and what differs between its versions 1 and 2.
#
#   $aws         BF_AWS; without it Debian's, not one of another Python that may stand in front of it
#   $aws_failed  its exit status when a service has refused a call
aws=${BF_AWS:-/usr/bin/aws}
[ -n "${BF_AWS:-}" ] || [ -x "$aws" ] || aws=aws
case $("$aws" --version 2>&1) in
aws-cli/1.*) aws_failed=255 ;;
*) aws_failed=254 ;;
esac
