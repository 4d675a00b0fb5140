# Which AWS CLI the suites use, and the differences between its versions 1 and 2.
#
#   $aws         BF_AWS; otherwise Debian's, not one of another Python earlier in PATH
#   $aws_failed  its exit status if a service has refused a call
aws=${BF_AWS:-/usr/bin/aws}
[ -n "${BF_AWS:-}" ] || [ -x "$aws" ] || aws=aws
case $("$aws" --version 2>&1) in
aws-cli/1.*) aws_failed=255 ;;
*) aws_failed=254 ;;
esac
