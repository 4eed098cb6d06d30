"""A made-up district: data, the script that makes its reports, and the reports."""
